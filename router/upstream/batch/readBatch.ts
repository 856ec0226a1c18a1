import { isUtf8 } from 'node:buffer';
import { rawElements } from '../../core/rawJson.ts';
import { type AnswerMembers, judgeAnswer, type Reading, readMembers } from '../readAnswer.ts';

export interface BatchedCall {
  readonly id: string;
  readonly method: string;
}

/**
 * Judges a node's complete HTTP answer to a batch, each call on its own and whatever the order. Pure.
 * @returns a reading for each call, in the calls' order; undefined when the answer answers none of them, as that of a
 * node that takes no batches.
 */
export function readBatch(args: {
  readonly calls: readonly BatchedCall[];
  readonly httpStatus: number;
  readonly body: Buffer;
}): Reading[] | undefined {
  const { calls, httpStatus, body } = args;
  const elements = isUtf8(body) ? rawElements(body.toString('latin1')) : undefined;
  if (!elements) return undefined;
  const answers = new Map<string, AnswerMembers | 'several'>();
  for (const element of elements) {
    const members = readMembers(element);
    if (members?.id === undefined) continue;
    answers.set(members.id, answers.has(members.id) ? 'several' : members);
  }
  if (!calls.some(({ id }) => answers.has(id))) return undefined;
  return calls.map(({ id, method }) => {
    const members = answers.get(id);
    return judgeAnswer({ id, method, httpStatus, members: members === 'several' ? undefined : members });
  });
}
