import { z } from 'zod';

const RANKED = z.object({
  place: z.number(),
  label: z.string(),
  provider: z.string().nullable(),
  tier: z.enum(['own', 'network']),
  state: z.enum(['eligible', 'ineligible']),
  turn: z.enum(['eligible', 'last-resort', 'never']),
  /** A newer gateway may know others. */
  reason: z.string().nullable(),
  because: z.string().nullable(),
  remedy: z.string().nullable(),
  eligibleIn: z.number(),
  share: z.number(),
  tierShare: z.number(),
  expectedMs: z.number(),
  inFlight: z.number(),
  cost: z.number(),
  weight: z.number(),
  slowStart: z.number(),
  lagFactor: z.number(),
  head: z.number().nullable(),
});

/** What this side reads of the gateway's `/status/route`; it may say more. */
export const ROUTE_PAGE = z.object({
  network: z.object({ caip2: z.string(), slug: z.string(), head: z.number().nullable() }),
  call: z.object({
    method: z.string(),
    kind: z.enum(['read', 'send', 'once']),
    capabilities: z.array(z.string()),
    block: z.number().nullable(),
    logs: z.object({ blocks: z.number(), limit: z.number().nullable() }).nullable(),
    mirrored: z.boolean(),
    hedgeShare: z.number(),
    fanout: z.number(),
    maxAttempts: z.number(),
    silentMs: z.number(),
  }),
  sessionAt: z.string().nullable(),
  processes: z.number(),
  counts: z.object({
    services: z.number(),
    eligible: z.number(),
    byReason: z.record(z.string(), z.number()),
  }),
  ranking: z.array(RANKED),
  omitted: z.number(),
});

export type RoutePage = z.infer<typeof ROUTE_PAGE>;
export type RankedService = RoutePage['ranking'][number];

export const ROUTE_ERROR = z.object({
  code: z.string(),
  error: z.string(),
  networks: z.array(z.string()).optional(),
});
