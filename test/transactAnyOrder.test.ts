import fc from 'fast-check';
import type { Hex } from 'viem';
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../router/core/clock.ts';
import type { Ms } from '../router/core/units.ts';
import { type NoteChain, note, startNoteChain } from './fixtures/noteChain.ts';

type Event =
  | { readonly kind: 'call' | 'mine' | 'lose' | 'restart' | 'await' }
  | { readonly kind: 'price'; readonly gwei: number }
  /** `back`: whether nodes put what the blocks held back into their pools. */
  | { readonly kind: 'reorg'; readonly depth: number; readonly back: boolean };

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Event>({ kind: 'call' }) },
  { weight: 5, arbitrary: fc.constant<Event>({ kind: 'mine' }) },
  { weight: 2, arbitrary: fc.constant<Event>({ kind: 'await' }) },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: 'lose' }) },
  { weight: 1, arbitrary: fc.constant<Event>({ kind: 'restart' }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 20, 60).map((gwei): Event => ({ kind: 'price', gwei })) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reorg' as const),
      depth: fc.integer({ min: 1, max: 3 }),
      back: fc.boolean(),
    }),
  },
);

/** A process that can be killed: it waits for nothing any more, and nothing that it says is heard. */
function startProcess(chain: NoteChain) {
  let alive = true;
  const clock: Clock = {
    now: () => (alive ? systemClock.now() : (Number.POSITIVE_INFINITY as Ms)),
    unix: systemClock.unix,
  };
  const client = chain.clientUnless(() => !alive);
  const transactor = chain.process({ client, clock, stuckAfterMs: 60 });
  const calls = new Set<Promise<unknown>>();
  return {
    call(number: number): Promise<unknown> {
      const done = transactor.simulateAndSend(note(number)).finally(() => calls.delete(done));
      calls.add(done);
      done.catch(() => undefined);
      return done;
    },
    async kill() {
      alive = false;
      await Promise.allSettled(calls);
    },
  };
}

async function play(chain: NoteChain, events: readonly Event[]): Promise<void> {
  let running = startProcess(chain);
  let calls = 0;
  let last: Promise<unknown> = Promise.resolve();
  const forks: unknown[] = [];
  for (const one of events) {
    switch (one.kind) {
      case 'call':
        calls += 1;
        last = running.call(calls);
        break;
      case 'mine':
        forks.push(await chain.rpc('evm_snapshot'));
        await chain.mine();
        break;
      case 'await':
        await chain.mineUntil(last).catch(() => undefined);
        forks.length = 0;
        break;
      case 'lose':
        await chain.rpc('anvil_dropAllTransactions');
        break;
      case 'price':
        await chain.setBaseFee(one.gwei);
        break;
      case 'reorg':
        await reorg(chain, forks, one);
        break;
      case 'restart':
        await running.kill();
        running = startProcess(chain);
        break;
    }
  }
  await running.kill();

  // As a watcher after its last restart: what the chain does not show is asked for again, until it shows it.
  const after = startProcess(chain);
  await chain.setBaseFee(1);
  for (let number = 1; number <= calls; number += 1) {
    await expect
      .poll(
        async () => {
          if ((await chain.noted()).includes(number)) return true;
          await chain.mineUntil(after.call(number));
          return false;
        },
        { timeout: 30_000, interval: 10 },
      )
      .toBe(true);
  }
  await after.kill();
  // Whatever still waits somewhere gets into a block, too.
  for (let block = 0; block < 3; block += 1) await chain.mine();
  expect((await chain.noted()).sort((a, b) => a - b)).toEqual(
    Array.from({ length: calls }, (_, at) => at + 1),
  );
}

async function reorg(
  chain: NoteChain,
  forks: unknown[],
  { depth, back }: { depth: number; back: boolean },
): Promise<void> {
  const at = Math.max(0, forks.length - depth);
  const fork = forks[at];
  if (fork === undefined) return;
  const head = await chain.client.getBlockNumber();
  const raws: Hex[] = [];
  for (let block = head - BigInt(forks.length - at) + 1n; block <= head; block += 1n) {
    const { transactions } = await chain.client.getBlock({ blockNumber: block });
    for (const hash of transactions) raws.push((await chain.rpc('eth_getRawTransactionByHash', hash)) as Hex);
  }
  await chain.rpc('evm_revert', fork);
  forks.length = at;
  if (back) for (const raw of raws) await chain.rpc('eth_sendRawTransaction', raw).catch(() => undefined);
  else await chain.rpc('anvil_dropAllTransactions');
  await chain.mine();
}

test('every call has effect once, in any order of blocks, reorgs, prices, losses and restarts', {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 4, maxLength: 14 }), async (events) => {
      const chain = await startNoteChain();
      try {
        await play(chain, events);
      } finally {
        await chain.stop();
      }
    }),
    { numRuns: 6 },
  );
});
