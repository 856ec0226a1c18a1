import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unixSeconds } from '../../core/units.ts';
import type { BlockRef, Hex } from '../../registry/providerSet.ts';
import type { MinedLog } from '../logAnswer.ts';
import type { LogReader } from './logReader.ts';
import { createRecentLogs } from './recentLogs.ts';

const NEVER = new AbortController().signal;
const START = 3n;

/** A chain that can be set back; each block has one log, whose data names the block. */
function modelChain() {
  let made = 0;
  let blocks: BlockRef[] = [];
  const grow = (count: number) => {
    for (let i = 0; i < count; i += 1) {
      made += 1;
      blocks.push({
        number: BigInt(blocks.length),
        hash: `0x${made.toString(16).padStart(64, '0')}`,
        parentHash: blocks.at(-1)?.hash ?? '0x0',
        timestamp: unixSeconds(1_000 + blocks.length * 10),
      });
    }
  };
  const logOf = ({ number, hash }: BlockRef): MinedLog => ({
    ...{ address: '0xaa', topics: [], data: hash, blockNumber: number, blockHash: hash, logIndex: 0 },
  });
  grow(8);
  return {
    grow,
    setBack(count: number) {
      // Its first blocks are common to all branches.
      blocks = blocks.slice(0, Math.max(5, blocks.length - count));
    },
    head: () => blocks.at(-1) as BlockRef,
    /** Of all blocks from the start on. */
    data: (): Hex[] => blocks.slice(Number(START)).map(({ hash }) => hash),
    reader: (onRequest: () => void = () => undefined): LogReader => ({
      firstSince: async () => START,
      async blockAt(number) {
        onRequest();
        return blocks[Number(number)];
      },
      async eventsBetween(from, to) {
        onRequest();
        return blocks.slice(Number(from), Number(to) + 1).map(logOf);
      },
    }),
  };
}

function collecting() {
  let held: MinedLog[] = [];
  let starts = 0;
  const logs = createRecentLogs({
    maxRange: 4,
    fold: {
      take: (log) => void held.push(log),
      rollBack(to) {
        held = held.filter(({ blockNumber }) => blockNumber <= to);
      },
    },
    async start(reader, target) {
      starts += 1;
      return await reader.firstSince(unixSeconds(0), 0n, target.number);
    },
  });
  return { logs, data: () => held.map(({ data }) => data), starts: () => starts };
}

test('what is held is what the chain holds, however it was set back and grew between and during the looks', async () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('grow' as const), blocks: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ kind: fc.constant('setBack' as const), blocks: fc.integer({ min: 1, max: 12 }) }),
    fc.record({ kind: fc.constant('look' as const), blocks: fc.constant(0) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { maxLength: 30 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
      async (acts, disturbs) => {
        const chain = modelChain();
        const { logs, data } = collecting();
        let requests = 0;
        const reader = chain.reader(() => {
          requests += 1;
          if (!disturbs[requests % disturbs.length]) return;
          chain.setBack(requests % 5);
          chain.grow((requests % 5) + 1);
        });
        for (const { kind, blocks } of acts) {
          if (kind === 'grow') chain.grow(blocks);
          else if (kind === 'setBack') {
            chain.setBack(blocks);
            chain.grow(1);
          } else await logs.readTo(reader, chain.head(), NEVER);
        }
        // The chain outgrows all that was read, and comes to rest.
        chain.grow(500);
        const resting = chain.reader();
        for (let look = 0; look < 3; look += 1) await logs.readTo(resting, chain.head(), NEVER);
        expect(data()).toEqual(chain.data());
      },
    ),
  );
});

test('a reorg costs what it replaced, not the whole past', async () => {
  const chain = modelChain();
  const { logs, data, starts } = collecting();
  for (let look = 0; look < 5; look += 1) {
    await logs.readTo(chain.reader(), chain.head(), NEVER);
    chain.grow(3);
  }
  chain.setBack(6);
  chain.grow(7);
  expect(await logs.readTo(chain.reader(), chain.head(), NEVER)).toBe('moved');
  expect(await logs.readTo(chain.reader(), chain.head(), NEVER)).toBe('current');
  expect(data()).toEqual(chain.data());
  expect(starts()).toBe(1);
});

test('a node that stands further back says nothing about what was read', async () => {
  const chain = modelChain();
  const { logs, data } = collecting();
  await logs.readTo(chain.reader(), chain.head(), NEVER);
  const before = data();
  const late = { ...chain.head(), number: chain.head().number - 2n, hash: '0x1' } as const;
  expect(await logs.readTo(chain.reader(), late, NEVER)).toBe('behind');
  expect(data()).toEqual(before);
});

test('what fails halfway goes on from there', async () => {
  const chain = modelChain();
  chain.grow(30);
  const { logs, data, starts } = collecting();
  let left = 12;
  const failing = chain.reader(() => {
    left -= 1;
    if (left < 0) throw new Error('gone');
  });
  await expect(logs.readTo(failing, chain.head(), NEVER)).rejects.toThrow('gone');
  const some = data().length;
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(chain.data().length);
  await logs.readTo(chain.reader(), chain.head(), NEVER);
  expect(data()).toEqual(chain.data());
  expect(starts()).toBe(1);
});
