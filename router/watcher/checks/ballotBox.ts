import type { Anchor } from '../finality/anchor.ts';
import { type Vote, withVote } from './ballots.ts';
import { HEADER } from './check.ts';
import { RIGHT } from './verdictValue.ts';

/** The votes about the questions of the newest anchor of each network. Memory: one short text a service and question. */
export interface BallotBox<Network> {
  /** All votes about the question after this one; undefined when its anchor is not the newest any more. */
  cast(network: Network, anchor: Anchor, id: string, vote: Omit<Vote, 'times'>): readonly Vote[] | undefined;
}

interface Box {
  readonly anchor: Anchor;
  /** Those who agreed on the anchor have voted for its header. */
  readonly questions: Map<string, readonly Vote[]>;
}

export function createBallotBox<Network>(): BallotBox<Network> {
  const boxes = new Map<Network, Box>();
  return {
    cast(network, anchor, id, vote) {
      let box = boxes.get(network);
      if (box !== undefined && box.anchor !== anchor && box.anchor.number >= anchor.number) return undefined;
      if (box === undefined || box.anchor !== anchor) {
        const agreed = anchor.agreedBy.map((voter): Vote => ({ ...voter, value: RIGHT, times: 1 }));
        box = { anchor, questions: new Map([[HEADER, agreed]]) };
        boxes.set(network, box);
      }
      const votes = withVote(box.questions.get(id) ?? [], vote);
      box.questions.set(id, votes);
      return votes;
    },
  };
}
