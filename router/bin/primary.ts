import { Registry } from 'prom-client';
import packageJson from '../../package.json' with { type: 'json' };
import type { GatewayConfig } from '../config/schema.ts';
import { createGoneCounts } from '../gateway/cluster/goneCounts.ts';
import { mergedRouters } from '../gateway/cluster/mergedRouters.ts';
import { mergeExplanations } from '../gateway/cluster/mergeExplanations.ts';
import { sumTotals } from '../gateway/cluster/mergeViews.ts';
import type { Pages, WorkerConfig, WorkerReport } from '../gateway/cluster/messages.ts';
import { gatewayGauges } from '../gateway/gauges.ts';
import { providerAnswer } from '../gateway/providerPage.ts';
import { readiness } from '../gateway/readiness.ts';
import { type RouteAnswer, type RouteQuestion, routeAnswer } from '../gateway/routeExplanation.ts';
import { gatewayStatus, type RouterView } from '../gateway/status.ts';
import { createMetrics } from '../observability/metrics.ts';
import { metricsText } from '../observability/metricsText.ts';
import { countsOf, gaugesIn, sumMetrics } from '../observability/sumMetrics.ts';
import { createControl } from './control.ts';
import { createLiveUpstream } from './liveUpstream.ts';
import { openGatewayWatcher } from './openGatewayWatcher.ts';
import { createRoutingNews } from './routingNews.ts';
import { createShutdown, type Gateway, type GatewayParts, openGateway } from './runningGateway.ts';
import { createWorkerMetrics } from './workerMetrics.ts';
import { startWorkerPool, type WorkerPool } from './workerPool.ts';

// After the time that calls in flight have: to close, report and end.
const WORKER_END_MS = 5_000;

/**
 * The gateway with workers: this process follows the settlement chain and the services' heads and writes the pages
 * about the whole; the workers answer calls.
 * @throws `ListenError`, `WorkerError`
 */
export async function startPrimary(args: GatewayParts & { readonly workers: number }): Promise<Gateway> {
  const { logger } = args;
  let { config } = args;
  let pool: WorkerPool | undefined;
  const news = createRoutingNews((telling) => pool?.broadcast(telling));
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const upstream = createLiveUpstream(args.clock, config.limits.maxResponseBytes);
  const watcher = await openGatewayWatcher(args, upstream);
  // Of workers that are gone: their calls stay counted.
  const gone = createGoneCounts();
  const control = createControl({
    ...args,
    config: () => config,
    ...{ upstream, metrics },
    onPlans: () => news.plansChanged(control.table.entries()),
    onHeadReport: ({ caip2 }, key, report) => news.headReported(caip2, key, report),
    onFindings: ({ caip2 }, key, findings) => news.probed(caip2, key, findings),
    onWeight: (caip2, key, weight) => news.weighed(caip2, key, weight),
    onDuty: ({ caip2 }, key, isOnDuty) => news.dutyChanged(caip2, key, isOnDuty),
    onServiceLeft(network, label) {
      gone.forgetService(network, label);
    },
  });

  const totals = (reports: readonly WorkerReport[]) =>
    sumTotals([gone.totals(), ...reports.map((report) => report.totals)]);
  const state = (routers: readonly RouterView[]) => ({
    draining: shutdown.isDraining(),
    settlement: control.settlement(),
    watcher: watcher?.state(),
    routers,
  });
  let shownRouters: readonly RouterView[] = [];
  metrics.collectFrom(() => gatewayGauges(state(shownRouters)));
  const workerMetrics = createWorkerMetrics(registry, () => pool?.count() ?? 0);
  const reportsNow = async () => (await pool?.reports()) ?? [];
  const explain = async (question: RouteQuestion): Promise<RouteAnswer> => {
    const polled = routeAnswer(control.table, question);
    if (polled.kind !== 'explained') return polled;
    const workers = (await pool?.explanations(question)) ?? [];
    return { kind: 'explained', explanation: mergeExplanations(polled.explanation, workers) };
  };
  const pages: { [Kind in Exclude<keyof Pages, 'route' | 'provider'>]: () => Promise<Pages[Kind]> } = {
    async readiness() {
      const hasEligible = (await pool?.hasEligible()) ?? false;
      return readiness({ ...state([]), hasEligible });
    },
    async status() {
      const reports = await reportsNow();
      const routers = mergedRouters(control.table.routers(), reports);
      return gatewayStatus({ ...state(routers), version: packageJson.version, totals: totals(reports) });
    },
    async metrics() {
      const reports = await reportsNow();
      shownRouters = mergedRouters(control.table.routers(), reports);
      const own = await registry.getMetricsAsJSON();
      const counts = [countsOf(own), ...(await gone.metrics()), ...reports.map((report) => report.metrics)];
      return await metricsText([...gaugesIn(own), ...(await sumMetrics(counts).getMetricsAsJSON())]);
    },
  };

  const shutdown = createShutdown({
    config: () => config,
    logger,
    onDrain: () => pool?.broadcast({ kind: 'drain' }),
    totals: gone.totals,
    async closeAll() {
      await pool?.close(config.shutdown.timeoutMs + WORKER_END_MS);
      await closeRest();
    },
  });
  const closeRest = async () => {
    await watcher?.stop();
    await metricsApp?.close();
    news.stop();
    await control.stop();
    await upstream.close();
  };
  // Without a port of its own this process has no use for a web server.
  const metricsApp =
    config.metrics && (await import('../gateway/app.ts')).createMetricsApp({ text: pages.metrics, logger });

  control.apply();
  const opened = await openGateway({
    ...{ config, logger, control, shutdown, metricsApp },
    open: () =>
      startWorkerPool({
        count: args.workers,
        logger,
        config: () => workerConfig(config),
        greeting: () => [
          ...news.everything(),
          ...(shutdown.isDraining() ? [{ kind: 'drain' } as const] : []),
        ],
        async onAsk(asked) {
          try {
            if (asked.page === 'route') return await explain(asked.question);
            if (asked.page === 'provider') return providerAnswer(control.settlement(), asked.address);
            return await pages[asked.page]();
          } catch (error) {
            logger.error({ err: error, page: asked.page }, 'page_failed');
            return null;
          }
        },
        onObserved: (calls) => watcher?.observe(calls),
        onGone(why, last) {
          if (last) gone.add(last);
          if (why !== 'closed') workerMetrics.died(why);
        },
        onPool(made) {
          pool = made;
        },
      }),
    giveUp: closeRest,
    about: { workers: args.workers },
  });
  watcher?.start();
  return {
    ...opened,
    reload(now) {
      config = now;
      logger.level = config.log.level;
      upstream.setMaxResponseBytes(config.limits.maxResponseBytes);
      pool?.broadcast({ kind: 'config', config: workerConfig(config) });
      control.apply();
    },
  };
}

function workerConfig(config: GatewayConfig): WorkerConfig {
  const { listen, limits, logs, routing, metrics, log, shutdown, watcher } = config;
  return { listen, limits, logs, routing, metrics, log, shutdown, isWatched: watcher !== undefined };
}
