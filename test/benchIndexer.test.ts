import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const BENCH = join(import.meta.dirname, '../scripts/bench/indexer.ts');
const EVENTS = 500;
// A dozen processes, one after the other, on a machine that may be busy.
const TIMEOUT_MS = 240_000;
const run = promisify(execFile);

const count = z.int().positive();
const amount = z.number().positive();
const cost = z.strictObject({ medianMicroseconds: amount, ratio: amount });
const usage = z.strictObject({ peakMemory: count, cpuMs: amount });
const limit = z.union([z.strictObject({ atLeast: amount }), z.strictObject({ atMost: amount })]);
const shape = z.strictObject({
  ok: z.boolean(),
  machine: z.strictObject({ cores: count, node: z.string() }),
  chain: z.strictObject({
    events: z.literal(EVENTS),
    providers: z.literal(EVENTS / 10),
    ...{ blocks: count, blocksWithEvents: count, buildMs: amount },
  }),
  ours: z.strictObject({
    backfill: z.strictObject({
      events: z.literal(EVENTS),
      providers: z.literal(EVENTS / 10),
      services: z.literal((3 * EVENTS) / 10),
      ...{ requests: count, wholeMs: amount, backfillMs: amount, usage, setMemory: z.number() },
    }),
    restart: z.strictObject({
      ...{
        setMs: amount,
        loadedMs: amount,
        cpuMs: amount,
        requestsUntilSet: z.int(),
        requestsUntilLive: count,
      },
    }),
    checkpoint: z.strictObject({ loadMs: amount, firstSaveMs: amount, fileBytes: count }),
  }),
  snapshots: z
    .array(
      z.strictObject({
        operation: z.enum(['stakeChange', 'pause', 'jail', 'lookup', 'plainMap']),
        ...{ networks: count, services: count, cold: cost, inARow: cost },
      }),
    )
    .length(5 * 2 * 2),
  rates: z.strictObject({ ours: z.strictObject({ whole: amount, backfill: amount }) }),
  goals: z
    .array(
      z.strictObject({
        ...{ name: z.string(), unit: z.enum(['×', 'ms']), limit },
        ...{ value: amount.optional(), isMet: z.boolean().optional() },
      }),
    )
    .length(4),
});

test(
  'a small bench of the indexer reads every event and answers with one JSON object',
  async () => {
    const args = ['--events', String(EVENTS), '--services', '10,100', '--no-ponder', '--json'];
    // Whether goals are met is for a machine that does nothing else.
    const { stdout } = await run(process.execPath, [BENCH, ...args]).catch(
      (failed: { stdout: string }) => failed,
    );
    const results = shape.parse(JSON.parse(stdout));
    const [ponder, ...own] = results.goals;
    expect(ponder?.value).toBeUndefined();
    expect(own.every(({ value }) => value !== undefined)).toBe(true);
    expect(results.ok).toBe(own.every(({ isMet }) => isMet));
  },
  TIMEOUT_MS,
);
