import { expect, test } from 'vitest';
import type { Address } from '../../registry/providerSet.ts';
import type { UpstreamTarget } from '../../upstream/outcome.ts';
import { mainnetHeaders } from '../proof/mainnet.fixture.ts';
import { agree, type VotingNode } from './agree.ts';
import type { Ask } from './ask.ts';

const { block } = mainnetHeaders.at(-1)!;
const height = Number(block.number);

interface Node {
  /** Distance of its head from the block. */
  readonly head?: number;
  readonly final?: number;
  /** What it answers for the block. */
  readonly answer?: unknown;
}

const wellKept: Node = { head: 70, final: 3, answer: block };
const hex = (number: number) => `0x${number.toString(16)}`;

function nodesOf(nodes: readonly Node[], own?: Node) {
  const targets = new Map<UpstreamTarget, Node>();
  const targetOf = (node: Node): UpstreamTarget => {
    const target = { url: `https://node${targets.size}.example`, allowPrivate: false };
    targets.set(target, node);
    return target;
  };
  const voting = nodes.map(
    (node, index): VotingNode => ({
      operator: `0x${index}` as Address,
      stake: 1n,
      target: targetOf(node),
    }),
  );
  const reference = own && targetOf(own);
  const ask: Ask = async (target, { params }) => {
    const { head, final, answer } = targets.get(target) ?? {};
    const [place] = JSON.parse(params ?? '[]') as [string];
    const named = (distance: number | undefined) =>
      distance === undefined ? null : { number: hex(height + distance) };
    const said =
      place === 'latest'
        ? named(head)
        : place === 'finalized'
          ? named(final)
          : place === hex(height)
            ? answer
            : null;
    return said === undefined ? undefined : { answer: said, bytes: 1 };
  };
  // The block itself is chosen: three below the final one.
  const random = () => 0.75;
  return agree({ nodes: voting, reference, sla: { maxP95BlockLag: 2 }, ask, random });
}

test('a header is agreed when enough name its hash and its fields hash to it', async () => {
  const agreement = await nodesOf([
    wellKept,
    wellKept,
    wellKept,
    { ...wellKept, answer: { ...block, hash: `0x${'9'.repeat(64)}` } },
  ]);
  expect(agreement).toMatchObject({ kind: 'agreed', anchor: { number: height, head: height + 70 } });
  expect(agreement.kind === 'agreed' && agreement.anchor.header.hash).toBe(block.hash);
  expect(agreement.kind === 'agreed' && agreement.anchor.agreedBy.map((voter) => voter.operator)).toEqual([
    '0x0',
    '0x1',
    '0x2',
  ]);
});

test('one header among those of the agreed hash is enough, as some leave out fields', async () => {
  const { gasUsed: _, ...incomplete } = block;
  const others = { ...wellKept, answer: incomplete };
  expect(await nodesOf([others, others, wellKept])).toMatchObject({ kind: 'agreed' });
  expect(await nodesOf([others, others, others])).toEqual({ kind: 'none', why: 'form' });
});

test('without enough who answer there is no header', async () => {
  expect(await nodesOf([wellKept, wellKept])).toEqual({ kind: 'none', why: 'heads' });
  expect(await nodesOf([wellKept, wellKept, { head: 70 }])).toEqual({ kind: 'none', why: 'final' });
  expect(await nodesOf([wellKept, wellKept, { head: 70, final: 3 }])).toEqual({ kind: 'none', why: 'hash' });
  const early = { head: 5 - height, final: 5 - height };
  expect(await nodesOf([early, early, early])).toEqual({ kind: 'none', why: 'short' });
});

test('the watcher’s own node vetoes by another hash or by silence, and proves nothing against all', async () => {
  const all = [wellKept, wellKept, wellKept];
  const foreign = { ...wellKept, answer: { ...block, hash: `0x${'9'.repeat(64)}` } };
  expect(await nodesOf(all, wellKept)).toMatchObject({ kind: 'agreed' });
  expect(await nodesOf(all, foreign)).toEqual({ kind: 'none', why: 'reference' });
  expect(await nodesOf(all, {})).toEqual({ kind: 'none', why: 'reference' });
  expect(await nodesOf([foreign, foreign, { answer: null, head: 70, final: 3 }], wellKept)).toEqual({
    kind: 'none',
    why: 'hash',
  });
});
