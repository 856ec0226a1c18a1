import type { RawJson } from '../../core/rawJson.ts';
import type { BlockSpan } from './blockSpan.ts';

/** The logs of some blocks. */
export interface PartLogs {
  readonly span: BlockSpan;
  /** The list's bytes without its brackets; empty when there are none. */
  readonly inside: string;
}

/** Undefined when the result is no list. It is known to be one JSON value. */
export function logsInside(result: RawJson): string | undefined {
  if (!result.startsWith('[')) return undefined;
  const inside = result.slice(1, -1);
  return HAS_CONTENT.test(inside) ? inside : '';
}

const HAS_CONTENT = /\S/;

/** One list of all parts' logs by the order of their blocks, their bytes as the nodes sent them. */
export function joinLogs(parts: readonly PartLogs[]): RawJson {
  const insides = inOrder(parts)
    .map(({ inside }) => inside)
    .filter((inside) => inside !== '');
  return `[${insides.join(',')}]` as RawJson;
}

/** The blocks from the first on of which all logs are there; undefined when there are none. */
export function answeredFrom(first: number, parts: readonly PartLogs[]): BlockSpan | undefined {
  let next = first;
  for (const { span } of inOrder(parts)) {
    if (span.from !== next) break;
    next = span.to + 1;
  }
  return next > first ? { from: first, to: next - 1 } : undefined;
}

function inOrder(parts: readonly PartLogs[]): PartLogs[] {
  return parts.toSorted((one, other) => one.span.from - other.span.from);
}
