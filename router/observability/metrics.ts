import type { Registry } from 'prom-client';
import { createCounter } from './counter.ts';
import { gaugesOf, readOnceATurn } from './gauge.ts';
import { createHistogram } from './histogram.ts';
import { declareSettlementGauges, type SettlementGauges } from './settlementGauges.ts';
import { declareWatcherGauges, type WatcherGauges } from './watcherGauges.ts';

/** What the gauges show, read at the moment of a scrape. */
export interface GatewayGauges {
  /** Undefined before the first, and without a settlement chain. */
  readonly set?:
    | { readonly block: number; readonly ageSeconds: number; readonly services: number }
    | undefined;
  readonly settlement?: SettlementGauges | undefined;
  /** Undefined without one in this gateway. */
  readonly watcher?: WatcherGauges | undefined;
  readonly networks: readonly {
    readonly network: string;
    readonly head: number | undefined;
    readonly services: readonly {
      readonly service: string;
      readonly eligible: boolean;
      readonly head: number | undefined;
      readonly inFlight: number;
      /** Undefined for own nodes, and without a record. */
      readonly score: number | undefined;
    }[];
  }[];
  readonly draining: boolean;
}

export type CallResult = 'result' | 'error' | 'failed' | 'gone';

/** The gateway's metrics. Labels are bounded: networks and services of the configuration and the provider set, and closed lists. */
export interface GatewayMetrics {
  /** @param result `error`: the client's own, passed on; `failed`: no service could answer; `gone`: the client left */
  call(network: string, result: CallResult, seconds: number): void;
  /** @param outcome `ok` or the error's class; @param reason `ok` or the failure's reason */
  attempt(network: string, service: string, outcome: string, reason: string): void;
  /** A copy of a user's read that tried whether a failed service is back; labels as of an attempt. */
  probe(network: string, service: string, outcome: string, reason: string): void;
  failover(network: string): void;
  /**
   * A query for logs that was to be answered in parts.
   * @param result as of a call, or `refused`: beyond the gateway's bounds
   */
  logSplit(network: string, result: CallResult | 'refused'): void;
  /** An HTTP answer; @param status e.g. 200 */
  http(route: string, status: number): void;
  /** A refused request body: not JSON, too large and the like. */
  refused(kind: string): void;
  /** Drops the series of a service that left: strangers come and go. */
  forgetService(network: string, service: string): void;
  /** Says where the gauges come from. */
  collectFrom(read: () => GatewayGauges): void;
}

// From a cache's answer to the default deadline.
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(registry: Registry): GatewayMetrics {
  const calls = createCounter(registry, {
    name: 'din_calls_total',
    help: 'Calls by users: result, error (their own, passed on), failed (no service could answer) or gone (they left)',
    labelNames: ['network', 'result'],
  });
  const duration = createHistogram(registry, {
    name: 'din_call_duration_seconds',
    help: 'From the parsed call to its answer, all attempts included',
    labelNames: ['network'],
    buckets: DURATION_BUCKETS,
  });
  const attempts = createCounter(registry, {
    name: 'din_attempts_total',
    help: 'Calls to services by outcome: ok or the class and reason of the failure',
    labelNames: ['network', 'service', 'class', 'reason'],
  });
  const probes = createCounter(registry, {
    name: 'din_probes_total',
    help: "Copies of users' reads that tried whether a failed service is back, by outcome as in din_attempts_total",
    labelNames: ['network', 'service', 'class', 'reason'],
  });
  const failovers = createCounter(registry, {
    name: 'din_failovers_total',
    help: 'Attempts after the first of a call',
    labelNames: ['network'],
  });
  const logSplits = createCounter(registry, {
    name: 'din_log_splits_total',
    help: 'Calls of eth_getLogs that were to be answered in parts: as calls, or refused (beyond the bounds)',
    labelNames: ['network', 'result'],
  });
  const http = createCounter(registry, {
    name: 'din_http_responses_total',
    help: 'HTTP answers by route and status',
    labelNames: ['route', 'status'],
  });
  const refused = createCounter(registry, {
    name: 'din_requests_refused_total',
    help: 'Requests answered without asking any service',
    labelNames: ['kind'],
  });
  const collectFrom = registerGauges(registry);

  return {
    call(network, result, seconds) {
      calls.inc(network, result);
      duration.observe(seconds, network);
    },
    attempt: attempts.inc,
    probe: probes.inc,
    failover: failovers.inc,
    logSplit: logSplits.inc,
    http: (route, status) => http.inc(route, String(status)),
    refused: refused.inc,
    forgetService(network, service) {
      attempts.remove(network, service);
      probes.remove(network, service);
    },
    collectFrom,
  };
}

function registerGauges(registry: Registry): GatewayMetrics['collectFrom'] {
  let read: () => GatewayGauges = () => ({ networks: [], draining: false });
  const readAll = readOnceATurn(() => read());
  const gauge = gaugesOf(registry, readAll);
  gauge(
    'din_provider_set_block',
    'Settlement block of the provider set in use',
    [],
    (set, { set: current }) => {
      if (current) set({}, current.block);
    },
  );
  gauge(
    'din_provider_set_age_seconds',
    'Since the set was known to be up to date',
    [],
    (set, { set: current }) => {
      if (current) set({}, current.ageSeconds);
    },
  );
  gauge('din_provider_set_services', 'Active services in the set', [], (set, { set: current }) => {
    if (current) set({}, current.services);
  });
  gauge('din_draining', '1 while the gateway shuts down', [], (set, { draining }) => {
    set({}, draining ? 1 : 0);
  });
  gauge('din_network_head_block', "The network's agreed head", ['network'], (set, { networks }) => {
    for (const { network, head } of networks) if (head !== undefined) set({ network }, head);
  });
  const perService = ['network', 'service'] as const;
  gauge('din_service_eligible', '1 when the service may be asked', perService, (set, { networks }) => {
    for (const { network, services } of networks) {
      for (const { service, eligible } of services) set({ network, service }, eligible ? 1 : 0);
    }
  });
  gauge('din_service_head_block', 'Newest block the service reported', perService, (set, { networks }) => {
    for (const { network, services } of networks) {
      for (const { service, head } of services) if (head !== undefined) set({ network, service }, head);
    }
  });
  gauge(
    'din_service_in_flight',
    'Calls the service has not yet answered',
    perService,
    (set, { networks }) => {
      for (const { network, services } of networks) {
        for (const { service, inFlight } of services) set({ network, service }, inFlight);
      }
    },
  );

  gauge(
    'din_service_score',
    'What the weight of the service is multiplied with for what watchers say of it, 0.1 to 1',
    perService,
    (set, { networks }) => {
      for (const { network, services } of networks) {
        for (const { service, score } of services) if (score !== undefined) set({ network, service }, score);
      }
    },
  );

  declareSettlementGauges(gaugesOf(registry, () => readAll().settlement));
  declareWatcherGauges(gaugesOf(registry, () => readAll().watcher));

  return (from) => {
    read = from;
  };
}
