import { z } from 'zod';
import { isCaip2 } from '../core/caip2.ts';
import { CAPABILITY_BITS, type Capability } from '../core/capability.ts';
import { isNetworkSlug, RESERVED_SLUGS } from '../core/networkSlug.ts';
import { integer, list, listen, name, section, text, url } from './kinds.ts';
import { type SettlementConfig, settlement } from './settlement.ts';
import { type WatcherConfig, watcher } from './watcher.ts';

/*
 * The gateway's configuration. Every field's error says what is allowed: the loader adds file, line and field.
 * docs/gateway.md lists the same fields; change both together.
 */

const CAIP2_ALLOWED = 'allowed: a CAIP-2 chain id, e.g. eip155:1';
const caip2 = z.string({ error: CAIP2_ALLOWED }).transform((value, context) => {
  if (isCaip2(value)) return value;
  context.addIssue({ code: 'custom', message: CAIP2_ALLOWED });
  return z.NEVER;
});

const slug = text(
  `allowed: 1 to 32 of a-z, 0-9 and "-", a letter first, none of ${RESERVED_SLUGS.join(', ')}`,
  isNetworkSlug,
);

const CAPABILITIES = Object.keys(CAPABILITY_BITS) as [Capability, ...Capability[]];
const capability = z.enum(CAPABILITIES, { error: `allowed: ${CAPABILITIES.join(', ')}` });

const upstream = section({
  /** Unique within its network; the label in metrics and status. */
  name,
  url: url('http://', 'https://'),
  capabilities: list(capability, 'capabilities').min(1).default(['full']),
  /** Share of calls among the own upstreams. */
  weight: integer(1, 1_000_000, 'shares').default(1),
  /** Cheap reads of the same moment are sent as one JSON-RPC batch, unless the node takes none. */
  batch: z.boolean({ error: 'allowed: true or false' }).default(false),
});

const network = section({
  id: caip2,
  slug,
  upstreams: list(upstream, 'upstreams').default([]),
  /** Overrides the network's on-chain limit. */
  maxHeadLagBlocks: integer(0, 1_000_000, 'blocks').optional(),
});

const fields = section({
  listen: listen.default('127.0.0.1:8080'),
  /** Processes that answer calls; `auto`: one a processor. One is the gateway itself. */
  workers: z
    .union([z.literal('auto'), z.int().min(1).max(256)], {
      error: 'allowed: auto, or a whole number, 1 to 256',
    })
    .default(1),
  networks: list(network, 'networks').default([]),
  settlement: settlement.optional(),
  /** The gateway attests as well. */
  watcher: watcher.optional(),
  limits: section({
    maxBodyBytes: integer(1_024, 64 * 1_048_576, 'bytes').default(1_048_576),
    maxBatchItems: integer(1, 10_000, 'items').default(100),
    maxResponseBytes: integer(1_024, 1_024 * 1_048_576, 'bytes').default(32 * 1_048_576),
  }).prefault({}),
  routing: section({
    deadlineMs: integer(100, 600_000, 'milliseconds').default(10_000),
    attemptTimeoutMs: integer(50, 600_000, 'milliseconds').default(2_000),
    maxAttempts: integer(1, 100, 'attempts').default(16),
    /** For networks that set no own limit and have none on-chain. */
    maxHeadLagBlocks: integer(0, 1_000_000, 'blocks').default(10),
  }).prefault({}),
  /** Of an `eth_getLogs` call that has to be answered in parts. */
  logs: section({
    maxBlocks: integer(1, Number.MAX_SAFE_INTEGER, 'blocks').default(100_000),
    /** Queries for one call, those in vain included. */
    maxParts: integer(2, 10_000, 'parts').default(128),
    concurrency: integer(1, 64, 'parts at once').default(4),
  }).prefault({}),
  heads: section({
    pollIntervalMs: integer(50, 600_000, 'milliseconds').default(1_000),
  }).prefault({}),
  metrics: section({ listen }).optional(),
  log: section({
    level: z
      .enum(['debug', 'info', 'warn', 'error', 'silent'], {
        error: 'allowed: debug, info, warn, error, silent',
      })
      .default('info'),
  }).prefault({}),
  shutdown: section({
    /** How long /readyz says no before the port closes: load balancers look only so often. */
    delayMs: integer(0, 600_000, 'milliseconds').default(0),
    /** How long calls in flight may take after that. */
    timeoutMs: integer(0, 600_000, 'milliseconds').default(15_000),
  }).prefault({}),
  development: section({
    /** Lets providers' endpoints have private and loopback addresses. Never in production. */
    allowPrivateEndpoints: z.boolean({ error: 'allowed: true or false' }).default(false),
  }).prefault({}),
});

export const gatewayConfigSchema = fields.superRefine((config, context) => {
  for (const problem of contradictions(config)) {
    context.addIssue({ code: 'custom', path: problem.path, message: problem.message });
  }
});

/** As the operator wrote it, defaults filled in. */
export type WrittenConfig = z.output<typeof gatewayConfigSchema>;
/** A checked configuration with nothing left to look up. */
export interface GatewayConfig extends Omit<WrittenConfig, 'settlement' | 'watcher'> {
  readonly settlement: SettlementConfig | undefined;
  /** Undefined unless it is enabled. */
  readonly watcher: WatcherConfig | undefined;
}
/** As written by the operator: what has a default may be left out. */
export type GatewayConfigInput = z.input<typeof gatewayConfigSchema>;

/** What no field's own rule can see. */
function contradictions(config: z.output<typeof fields>): { path: (string | number)[]; message: string }[] {
  const problems: { path: (string | number)[]; message: string }[] = [];
  const seen = new Set<string>();
  const unique = (key: string, path: (string | number)[], what: string) => {
    if (seen.has(key))
      problems.push({ path, message: `${what} is already taken above; allowed: a unique one` });
    seen.add(key);
  };
  config.networks.forEach((entry, i) => {
    unique(`id ${entry.id}`, ['networks', i, 'id'], entry.id);
    unique(`slug ${entry.slug}`, ['networks', i, 'slug'], entry.slug);
    entry.upstreams.forEach((own, j) => {
      unique(`upstream ${i} ${own.name}`, ['networks', i, 'upstreams', j, 'name'], own.name);
    });
  });
  const hasUpstreams = config.networks.some((entry) => entry.upstreams.length > 0);
  if (!hasUpstreams && config.settlement === undefined) {
    problems.push({
      path: [],
      message: 'nothing to route to; allowed: networks with upstreams, settlement, or both',
    });
  }
  if (config.watcher?.enabled) problems.push(...watcherProblems(config.settlement?.rpc));
  return problems;
}

/** Where a watcher attests. */
function watcherProblems(rpc: readonly string[] | undefined): { path: string[]; message: string }[] {
  if (rpc === undefined) {
    return [{ path: ['watcher'], message: 'there is no chain to attest on; allowed: only with settlement' }];
  }
  if (rpc.some((each) => /^https?:/i.test(each))) return [];
  const message =
    'the watcher sends over HTTP; allowed: at least one URL that begins with http:// or https://';
  return [{ path: ['settlement', 'rpc'], message }];
}
