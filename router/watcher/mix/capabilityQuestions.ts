import { CAPABILITY_BITS, type Capability } from '../../core/capability.ts';
import type { Random } from '../../core/clock.ts';
import { someOf } from '../../core/someOf.ts';
import { accountCheck } from '../checks/accountChecks.ts';
import type { Truth } from '../finality/truth.ts';
import { anyList, anyObject, anyQuantity, callOf, type ProbeQuestion } from './question.ts';

/** Deeper than what full nodes keep, with room for those that keep a little more. */
const OLD_BLOCKS = 1_024;

type Maker = (truth: Truth, random: Random) => ProbeQuestion | undefined;

/** A light question for each capability that can be asked for over HTTP. */
const QUESTIONS: Readonly<Partial<Record<Capability, Maker>>> = {
  archive({ anchor, addresses }, random) {
    const [address] = someOf(addresses, 1, random);
    const oldest = anchor.head - OLD_BLOCKS;
    if (address === undefined || oldest < 1) return undefined;
    const number = 1 + Math.floor(random() * oldest);
    return {
      call: callOf('eth_getBalance', [address, `0x${number.toString(16)}`]),
      read: anyQuantity,
      tests: 'archive',
    };
  },
  trace({ block }, random) {
    const [transaction] = someOf(block?.transactions ?? [], 1, random);
    if (transaction === undefined) return undefined;
    return { call: callOf('trace_transaction', [transaction.hash]), read: anyList, tests: 'trace' };
  },
  debug({ block }, random) {
    const [transaction] = someOf(block?.transactions ?? [], 1, random);
    if (transaction === undefined) return undefined;
    const params = [transaction.hash, { tracer: 'callTracer' }];
    return { call: callOf('debug_traceTransaction', params), read: anyObject, tests: 'debug' };
  },
  txpool() {
    return { call: callOf('txpool_status', []), read: anyObject, tests: 'txpool' };
  },
  proof(truth, random) {
    const { anchor, accounts, isNear } = truth;
    const [account] = isNear ? someOf(accounts, 1, random) : [];
    if (account === undefined) return undefined;
    return {
      call: callOf('eth_getProof', [
        account.address,
        [...account.storage.keys()],
        anchor.header.fields.number,
      ]),
      read: anyObject,
      tests: 'proof',
      excuses: ['state'],
      check: accountCheck(anchor, account, 'proof'),
    };
  },
};

/** A test of one of the capabilities that are declared; undefined when none of them can be tested. */
export function capabilityQuestion(
  declared: number,
  truth: Truth,
  random: Random,
): ProbeQuestion | undefined {
  const makers = Object.entries(QUESTIONS).filter(
    ([name]) => (declared & CAPABILITY_BITS[name as Capability]) !== 0,
  );
  const [chosen] = someOf(makers, 1, random);
  return chosen?.[1](truth, random);
}
