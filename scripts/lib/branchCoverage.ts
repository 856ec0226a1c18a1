/**
 * Branch coverage, which Hardhat's own coverage does not tell: wraps every condition of a Solidity source (`if`, `?:`,
 * `require`, `assert`, `while`, `for`) and marks the arms of `try`, so that each arm taken reports a hit through
 * Hardhat's coverage library.
 */
import { createHash } from 'node:crypto';

export interface Arm {
  /** What a hit reports, 32 bytes in hex without prefix. */
  readonly tag: string;
  /** In the source as it was written, from 1. */
  readonly line: number;
  readonly name: 'true' | 'false' | 'success' | 'failure';
}

export interface Instrumented {
  readonly source: string;
  readonly arms: readonly Arm[];
}

/** Node of solc's AST; `src` is `start:length:file` in UTF-8 bytes. */
interface AstNode {
  readonly nodeType: string;
  readonly src: string;
  readonly [key: string]: unknown;
}

/** A place where the way forks: a condition to wrap, or the bodies of a `try`. */
interface Fork {
  readonly kind: 'condition' | 'try';
  readonly spans: readonly Span[];
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * @param original The source as written: its forks give the line numbers.
 * @param source The same source, perhaps with statements added, that imports the coverage library.
 * @param parse Gives solc's AST of a source.
 */
export function instrumentBranches(args: {
  original: string;
  source: string;
  sourceName: string;
  parse: (source: string) => unknown;
}): Instrumented {
  const { original, source, sourceName, parse } = args;
  const forks = findForks(parse(source));
  const originalForks = findForks(parse(original));
  if (forks.length !== originalForks.length) throw new ForksDifferError(sourceName);
  if (forks.length === 0) return { source, arms: [] };
  const helper = `__branch_${hash(sourceName).slice(0, 12)}`;
  const originalBytes = Buffer.from(original);
  const arms: Arm[] = [];
  const insertions: { at: number; text: string; order: number }[] = [];
  for (const [index, fork] of forks.entries()) {
    const line = lineOf(originalBytes, originalForks[index]?.spans[0]?.start ?? 0);
    const taken = hash(`${sourceName}#${index}#taken`);
    const missed = hash(`${sourceName}#${index}#missed`);
    if (fork.kind === 'condition') {
      arms.push({ tag: taken, line, name: 'true' }, { tag: missed, line, name: 'false' });
      for (const { start, end } of fork.spans) {
        // Of two that begin together, the longer one is the outer one.
        insertions.push({ at: start, text: `${helper}(0x${taken}, 0x${missed}, `, order: -end });
        insertions.push({ at: end, text: ')', order: 0 });
      }
    } else {
      arms.push({ tag: taken, line, name: 'success' }, { tag: missed, line, name: 'failure' });
      for (const [clause, { start }] of fork.spans.entries()) {
        const tag = clause === 0 ? taken : missed;
        insertions.push({ at: start + 1, text: `__NomicFoundationCoverage.sendHit(0x${tag});`, order: 0 });
      }
    }
  }
  const body = `function ${helper}(uint256 taken, uint256 missed, bool condition) pure returns (bool) {
  __NomicFoundationCoverage.sendHit(condition ? taken : missed);
  return condition;
}`;
  return { source: `${insert(Buffer.from(source), insertions)}\n${body}\n`, arms };
}

function insert(bytes: Buffer, insertions: { at: number; text: string; order: number }[]): string {
  const sorted = insertions.toSorted((a, b) => a.at - b.at || a.order - b.order);
  const parts: Buffer[] = [];
  let from = 0;
  for (const { at, text } of sorted) {
    parts.push(bytes.subarray(from, at), Buffer.from(text));
    from = at;
  }
  parts.push(bytes.subarray(from));
  return Buffer.concat(parts).toString();
}

function findForks(root: unknown): Fork[] {
  const forks: Fork[] = [];
  visit(root);
  return forks;

  function visit(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) visit(item);
    if (!isNode(value)) return;
    const fork = forkOf(value);
    if (fork !== undefined) forks.push(fork);
    for (const child of Object.values(value)) if (typeof child === 'object') visit(child);
  }
}

function forkOf(node: AstNode): Fork | undefined {
  switch (node.nodeType) {
    case 'IfStatement':
    case 'Conditional':
    case 'WhileStatement':
    case 'ForStatement':
      return isNode(node.condition) ? { kind: 'condition', spans: [spanOf(node.condition)] } : undefined;
    case 'FunctionCall': {
      const { expression, arguments: args } = node;
      const checks = isNode(expression) && (expression.name === 'require' || expression.name === 'assert');
      const condition: unknown = Array.isArray(args) ? args[0] : undefined;
      return checks && isNode(condition) ? { kind: 'condition', spans: [spanOf(condition)] } : undefined;
    }
    case 'TryStatement': {
      const clauses: unknown[] = Array.isArray(node.clauses) ? node.clauses : [];
      const blocks = clauses.map((clause) => (isNode(clause) ? clause.block : undefined)).filter(isNode);
      return { kind: 'try', spans: blocks.map(spanOf) };
    }
    default:
      return undefined;
  }
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value;
}

function spanOf(node: AstNode): Span {
  const [start = 0, length = 0] = node.src.split(':').map(Number);
  return { start, end: start + length };
}

function lineOf(bytes: Buffer, offset: number): number {
  let line = 1;
  for (const byte of bytes.subarray(0, offset)) if (byte === 0x0a) line += 1;
  return line;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The added statements changed the forks: line numbers would be wrong. */
export class ForksDifferError extends Error {
  readonly code = 'FORKS_DIFFER';

  constructor(sourceName: string) {
    super(`The instrumented ${sourceName} has other branches than the one written`);
  }
}
