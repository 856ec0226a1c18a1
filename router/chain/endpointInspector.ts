import { setTimeout as sleep } from 'node:timers/promises';
import type { PublicClient } from 'viem';
import type { Clock } from '../core/clock.ts';
import { type Ms, ms } from '../core/units.ts';
import { describeChainError } from './chainError.ts';
import type { EndpointBook } from './endpointBook.ts';
import { failedAnswer } from './failedAnswer.ts';

/** Asks endpoints who they are and how far they see, on the side. Nothing here rejects. */
export interface EndpointInspector {
  /** Whether the endpoint has shown that it serves the chain; else it is left. */
  verified(index: number): Promise<boolean>;
  /** Looks at those that nobody has heard of for a while, now and then. Delays nobody. */
  inspectSome(): void;
  /** Looks at all for the first time, so that it is known whom to ask. Waits for no one who hangs. */
  inspectAll(): Promise<void>;
  heard(index: number): void;
  /** Leaves the endpoint for a request that failed. */
  failed(index: number, error: unknown): void;
  /** Set while every endpoint serves another chain. */
  wrongChain(): { readonly expected: number; readonly actual: number } | undefined;
}

export interface EndpointInspectorOptions {
  readonly clients: readonly PublicClient[];
  readonly book: EndpointBook;
  readonly clock: Clock;
  /** The first to answer decides when undefined. */
  readonly chainId: number | undefined;
  readonly intervalMs: number;
}

// A name may lead to another node, and a node to another chain, at any time.
const VERIFY_INTERVAL_MS = 60_000;
// Once one endpoint has answered, the others get this long to be known from the beginning.
const STRAGGLERS_MS = 1_000;

interface Inspected {
  readonly index: number;
  readonly client: PublicClient;
  /** Chain id last found right. */
  verifiedAt: Ms | undefined;
  otherChainId: number | undefined;
  heardAt: Ms | undefined;
  isAsked: boolean;
}

export function createEndpointInspector(options: EndpointInspectorOptions): EndpointInspector {
  const { clients, book, clock, intervalMs } = options;
  const unheard = { verifiedAt: undefined, otherChainId: undefined, heardAt: undefined, isAsked: false };
  const all: readonly Inspected[] = clients.map((client, index) => ({ index, client, ...unheard }));
  let expected = options.chainId;
  let nextAt: Ms | undefined;

  function failed(index: number, error: unknown): void {
    book.leave(index, 'down', describeChainError(error), failedAnswer(error, clock.unix())?.retryAfterMs);
  }

  async function verify(of: Inspected): Promise<boolean> {
    const isFresh = of.verifiedAt !== undefined && clock.now() - of.verifiedAt < VERIFY_INTERVAL_MS;
    if (isFresh && !book.isLeft(of.index)) return true;
    const actual = await of.client.getChainId();
    expected ??= actual;
    of.otherChainId = actual === expected ? undefined : actual;
    if (of.otherChainId === undefined) of.verifiedAt = clock.now();
    else book.leave(of.index, 'wrongChain', `serves chain ${actual}, not ${expected}`);
    return of.otherChainId === undefined;
  }

  async function inspect(of: Inspected): Promise<void> {
    if (of.isAsked) return;
    of.isAsked = true;
    try {
      if (!(await verify(of))) return;
      book.saw(of.index, await of.client.getBlockNumber());
      of.heardAt = clock.now();
      book.answered(of.index);
    } catch (error) {
      failed(of.index, error);
    } finally {
      of.isAsked = false;
    }
  }

  function isDue({ index, heardAt }: Inspected): boolean {
    if (book.isLeft(index)) return book.isDue(index);
    return heardAt === undefined || clock.now() - heardAt >= intervalMs;
  }

  return {
    async verified(index) {
      const of = all[index];
      try {
        return of !== undefined && (await verify(of));
      } catch (error) {
        failed(index, error);
        return false;
      }
    },
    inspectSome() {
      // An only endpoint shows in use how it stands.
      if (all.length === 1 || (nextAt !== undefined && clock.now() < nextAt)) return;
      nextAt = ms(clock.now() + intervalMs);
      for (const of of all.filter(isDue)) void inspect(of);
    },
    async inspectAll() {
      nextAt = ms(clock.now() + intervalMs);
      const inspections = all.map(inspect);
      const someone = Promise.any(
        inspections.map(async (inspection, index) => {
          await inspection;
          if (!book.isGood(index)) throw new Error('not this one');
        }),
      );
      const stragglers = someone.then(
        () => sleep(STRAGGLERS_MS, undefined, { ref: false }),
        () => undefined,
      );
      await Promise.race([Promise.all(inspections), stragglers]);
    },
    heard(index) {
      const of = all[index];
      if (of !== undefined) of.heardAt = clock.now();
    },
    failed,
    wrongChain() {
      const [actual, ...others] = all.map(({ otherChainId }) => otherChainId);
      if (expected === undefined || actual === undefined || others.includes(undefined)) return undefined;
      return { expected, actual };
    },
  };
}
