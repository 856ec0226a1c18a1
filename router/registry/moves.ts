import type { Service } from './providerSet.ts';

/** What leaves a list of services and what joins it. */
export interface Moves {
  readonly leaving: Service[];
  readonly joining: Service[];
}

/** Those of one list; none yet when it is new. */
export function movesOf<K>(moves: Map<K, Moves>, list: K): Moves {
  const known = moves.get(list);
  if (known !== undefined) return known;
  const created: Moves = { leaving: [], joining: [] };
  moves.set(list, created);
  return created;
}
