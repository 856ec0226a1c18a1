import { Registry } from 'prom-client';
import type { ObservedCalls } from '../core/callObservation.ts';
import { systemClock } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import { createApp } from '../gateway/app.ts';
import { createCallHandler } from '../gateway/callHandler.ts';
import { createCallObservations, handOverRegularly } from '../gateway/callObservations.ts';
import { FLOOR_FILE, FLOOR_ROWS, floorMemory } from '../gateway/cluster/floorFile.ts';
import type {
  FromWorker,
  PageQuestion,
  Pages,
  ToWorker,
  WorkerConfig,
  WorkerPlace,
  WorkerReport,
} from '../gateway/cluster/messages.ts';
import { clockOrigin } from '../gateway/cluster/otherClock.ts';
import { type RoutedNetwork, type RoutedNetworks, withChanges } from '../gateway/cluster/routingChanges.ts';
import { ListenError, listen } from '../gateway/listen.ts';
import { createLogCalls } from '../gateway/logs/logCalls.ts';
import { routeAnswer } from '../gateway/routeExplanation.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { countsOf } from '../observability/sumMetrics.ts';
import { closeServer } from './closeServer.ts';
import { createLiveUpstream } from './liveUpstream.ts';
import { createRoutingTable } from './routingTable.ts';
import { serviceDifference } from './serviceDifference.ts';

/*
 * A process that answers calls, begun by the primary, which tells it all it has to know and whom it asks for the pages
 * about the whole gateway. It ends with the primary: node:cluster ends it when the channel between them is gone.
 */

// The primary's page is late: it is busy beyond help.
const PAGE_TIMEOUT_MS = 5_000;

function serveAsWorker(first: WorkerConfig, place: WorkerPlace): (message: ToWorker) => void {
  let config = first;
  let draining = false;
  let networks: RoutedNetworks = new Map();
  let lastQuestion = 0;
  const questions = new Map<number, (page: Pages[keyof Pages] | null) => void>();
  const clock = systemClock;
  const logger = createLogger({ level: config.log.level, destination: process.stdout });
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const upstream = createLiveUpstream(clock, config.limits.maxResponseBytes);
  const calls = createCallHandler({
    ...{ clock, metrics, logger },
    deadlineMs: () => ms(config.routing.deadlineMs),
    logCalls: createLogCalls({
      ...{ clock, metrics },
      bounds: () => ({ ...config.logs, maxBytes: config.limits.maxResponseBytes }),
    }),
  });
  const observations = config.isWatched ? createCallObservations({ clock, random: Math.random }) : undefined;
  const table = createRoutingTable<RoutedNetwork>({
    config: () => config,
    ...{ upstream, clock, random: Math.random, metrics, onAnswered: observations?.onAnswered },
    routeServices: ({ services }) => services,
    haveSameServices: (before, plan) => before.services === plan.services,
    toldOf: ({ row }) => (row < FLOOR_ROWS ? floorMemory(FLOOR_FILE, row, place) : undefined),
    onServices(router, services, before) {
      for (const { label } of serviceDifference(services, before).left) {
        metrics.forgetService(router.slug, label);
      }
    },
  });

  const page = <Asked extends PageQuestion>(asked: Asked) =>
    new Promise<Pages[Asked['page']]>((resolve, reject) => {
      lastQuestion += 1;
      const id = lastQuestion;
      const timer = setTimeout(() => questions.get(id)?.(null), PAGE_TIMEOUT_MS);
      questions.set(id, (answer) => {
        questions.delete(id);
        clearTimeout(timer);
        // Asked for by its kind, and answered by the same code base.
        if (answer !== null) resolve(answer as Pages[Asked['page']]);
        else reject(new Error(`the primary gave no ${asked.page}`));
      });
      tell({ kind: 'ask', id, ...asked });
    });
  const app = createApp({
    rpc: { resolve: table.resolve, answer: calls.handle, limits: () => config.limits, clock },
    operator: {
      readiness: () => page({ page: 'readiness' }),
      status: () => page({ page: 'status' }),
      provider: (address) => page({ page: 'provider', address }),
      explain: (question) => page({ page: 'route', question }),
    },
    metrics,
    metricsText: config.metrics ? undefined : () => page({ page: 'metrics' }),
    logger,
    isDraining: () => draining,
  });

  let isTelling = false;
  const tellObserved = (calls: readonly ObservedCalls[]) => {
    // While the primary has no time for what was, what is now is lost: it is a sample.
    if (isTelling) return;
    isTelling = true;
    tell({ kind: 'observed', clockOrigin: clockOrigin(clock), calls }, () => {
      isTelling = false;
    });
  };
  if (observations) handOverRegularly(observations, clock, tellObserved);

  const report = async (): Promise<WorkerReport> => ({
    totals: calls.totals(),
    networks: table.routers().map((router) => ({
      caip2: router.caip2,
      services: router.services().filter(({ calls: asked }) => asked > 0),
    })),
    metrics: countsOf(await registry.getMetricsAsJSON()),
  });
  const open = async () => {
    try {
      tell({ kind: 'listening', port: await listen(app, config.listen, 'listen') });
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      tell({ kind: 'unable', code: error.code, message: error.message });
    }
  };
  const close = async () => {
    await closeServer(app, config.shutdown.timeoutMs);
    await upstream.close();
    tell({ kind: 'report', id: 0, report: await report() }, () => process.disconnect());
  };

  return (message) => {
    switch (message.kind) {
      case 'config':
        config = message.config;
        logger.level = config.log.level;
        upstream.setMaxResponseBytes(config.limits.maxResponseBytes);
        table.apply([...networks.values()]);
        break;
      case 'routing':
        networks = withChanges(networks, message.changes);
        table.apply([...networks.values()]);
        break;
      case 'news':
        for (const { caip2, key, head, findings, weight, isOnDuty } of message.news) {
          const router = table.resolve(caip2);
          // First: it says what a head means.
          if (isOnDuty !== undefined) router?.setOnDuty(key, isOnDuty);
          if (head) router?.reportHead(key, head);
          if (findings) router?.reportFindings(key, findings);
          if (weight !== undefined) router?.setWeight(key, weight);
        }
        break;
      case 'ping':
        tell({ kind: 'alive' });
        break;
      case 'serve':
        void open();
        break;
      case 'report':
        void report().then((made) => tell({ kind: 'report', id: message.id, report: made }));
        break;
      case 'eligible': {
        const hasEligible = table.routers().some((router) => router.hasEligible());
        tell({ kind: 'eligible', id: message.id, hasEligible });
        break;
      }
      case 'explain':
        tell({ kind: 'explained', id: message.id, answer: routeAnswer(table, message.question) });
        break;
      case 'page':
        questions.get(message.id)?.(message.page);
        break;
      case 'drain':
        draining = true;
        break;
      case 'close':
        void close();
        break;
    }
  };
}

function tell(message: FromWorker, sent?: () => void): void {
  // The callback keeps a primary that is gone from being an error: then this process ends anyway.
  process.send?.(message, undefined, undefined, () => sent?.());
}

// A terminal and a service manager signal the whole group. The primary says when to go.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

let take: ((message: ToWorker) => void) | undefined;
process.on('message', (message: ToWorker) => {
  if (take !== undefined) take(message);
  else if (message.kind === 'begin') take = serveAsWorker(message.config, message.place);
});
tell({ kind: 'online' });
