/** A stretch of blocks, both ends inclusive and not negative. */
export interface BlockSpan {
  readonly from: number;
  readonly to: number;
}

export function blocksIn({ from, to }: BlockSpan): number {
  return to - from + 1;
}

/** In two, at the middle or behind the block given. Of one block there are no two. */
export function cutSpan(
  { from, to }: BlockSpan,
  lastOfFirst = from + Math.floor((to - from) / 2),
): readonly [BlockSpan, BlockSpan] {
  return [
    { from, to: lastOfFirst },
    { from: lastOfFirst + 1, to },
  ];
}

/**
 * The next part to ask for: the first gap, at most so many blocks of it. A gap is cut only now: what services take is
 * known best when they are asked.
 * @param gaps not asked for yet, in order
 */
export function takePart(
  gaps: readonly BlockSpan[],
  mostBlocks: number,
): { readonly part: BlockSpan; readonly gaps: readonly BlockSpan[] } | undefined {
  const [gap, ...others] = gaps;
  if (gap === undefined) return undefined;
  if (blocksIn(gap) <= mostBlocks) return { part: gap, gaps: others };
  const [part, rest] = cutSpan(gap, gap.from + mostBlocks - 1);
  return { part, gaps: [rest, ...others] };
}

/** Puts back what was not answered, where it belongs. */
export function putBack(gaps: readonly BlockSpan[], spans: readonly BlockSpan[]): readonly BlockSpan[] {
  return [...gaps, ...spans].sort((one, other) => one.from - other.from);
}
