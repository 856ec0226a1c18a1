import type { Random } from '../core/clock.ts';
import type { Truth } from './finality/truth.ts';
import {
  blockQuestion,
  logsQuestion,
  receiptQuestion,
  receiptsQuestion,
  transactionQuestion,
} from './mix/blockQuestions.ts';
import { capabilityQuestion } from './mix/capabilityQuestions.ts';
import { blockNumber, chainId, gasPrice, headQuestion, latestBlock } from './mix/headQuestions.ts';
import type { ProbeQuestion } from './mix/question.ts';
import { accountQuestion, callQuestion, estimateQuestion, storageQuestion } from './mix/stateQuestions.ts';
import { CAPABILITY_SHARE, HEAD_SHARE, KINDS, type Kind } from './mix/weights.ts';

export interface Asked {
  /** Bitmap of what the service declares. */
  readonly capabilities: number;
  /** What is known of its network; undefined before its first block is agreed. */
  readonly truth: Truth | undefined;
}

/** A question at random from the mix, about accounts, contracts and blocks that the network saw lately. */
export function drawProbe({ capabilities, truth }: Asked, random: Random): ProbeQuestion {
  if (truth !== undefined && random() < CAPABILITY_SHARE) {
    const test = capabilityQuestion(capabilities, truth, random);
    if (test) return test;
  }
  if (random() < HEAD_SHARE) return headQuestion(random);
  if (truth === undefined) return make(drawKind(NEEDLESS, random), undefined, random) ?? blockNumber;
  // A kind of which the block has nothing is drawn again, and stands back for the others.
  const left = new Map(KINDS);
  for (;;) {
    const kind = drawKind([...left], random);
    const question = make(kind, truth, random);
    if (question) return question;
    left.delete(kind);
  }
}

const NEEDLESS = KINDS.filter(([kind]) =>
  ['blockNumber', 'blockByNumber', 'chainId', 'gasPrice'].includes(kind),
);

function drawKind(kinds: readonly (readonly [Kind, number])[], random: Random): Kind {
  let left = random() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of kinds) {
    left -= weight;
    if (left < 0) return kind;
  }
  throw new RangeError('random() must lie in [0, 1)');
}

function make(kind: Kind, truth: Truth | undefined, random: Random): ProbeQuestion | undefined {
  switch (kind) {
    case 'blockNumber':
      return blockNumber;
    case 'chainId':
      return chainId;
    case 'gasPrice':
      return gasPrice;
    case 'blockByNumber':
      return truth === undefined || random() < 0.5 ? latestBlock : blockQuestion('number', truth, random);
  }
  return truth && makeOf(kind, truth, random);
}

function makeOf(
  kind: Exclude<Kind, 'blockNumber' | 'chainId' | 'gasPrice' | 'blockByNumber'>,
  truth: Truth,
  random: Random,
): ProbeQuestion | undefined {
  switch (kind) {
    case 'call':
      return callQuestion(truth, random);
    case 'estimateGas':
      return estimateQuestion(truth, random);
    case 'balance':
    case 'transactionCount':
    case 'code':
      return accountQuestion(kind, truth, random);
    case 'storageAt':
      return storageQuestion(truth, random);
    case 'blockByHash':
      return blockQuestion('hash', truth, random);
    case 'transactionByHash':
      return transactionQuestion(truth, random);
    case 'transactionReceipt':
      return receiptQuestion(truth, random);
    case 'blockReceipts':
      return receiptsQuestion(truth, random);
    case 'logs':
      return logsQuestion(truth, random);
  }
}
