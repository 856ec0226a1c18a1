import { Registry } from 'prom-client';
import packageJson from '../../package.json' with { type: 'json' };
import { ms } from '../core/units.ts';
import { createApp, createMetricsApp } from '../gateway/app.ts';
import { createCallHandler } from '../gateway/callHandler.ts';
import { createCallObservations, handOverRegularly } from '../gateway/callObservations.ts';
import { gatewayGauges } from '../gateway/gauges.ts';
import { listen } from '../gateway/listen.ts';
import { createLogCalls } from '../gateway/logs/logCalls.ts';
import { providerAnswer } from '../gateway/providerPage.ts';
import { readiness } from '../gateway/readiness.ts';
import { routeAnswer } from '../gateway/routeExplanation.ts';
import { gatewayStatus } from '../gateway/status.ts';
import { createMetrics } from '../observability/metrics.ts';
import { metricsText } from '../observability/metricsText.ts';
import { closeServer } from './closeServer.ts';
import { createControl } from './control.ts';
import { createLiveUpstream } from './liveUpstream.ts';
import { openGatewayWatcher } from './openGatewayWatcher.ts';
import { createShutdown, type Gateway, type GatewayParts, openGateway } from './runningGateway.ts';

/**
 * The whole gateway in this process.
 * @throws `ListenError`
 */
export async function startSingleProcess(args: GatewayParts): Promise<Gateway> {
  const { logger, clock } = args;
  let { config } = args;
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const upstream = createLiveUpstream(clock, config.limits.maxResponseBytes);
  const watcher = await openGatewayWatcher(args, upstream);
  const observations = watcher && createCallObservations(args);
  const unfeed = observations && handOverRegularly(observations, clock, (seen) => watcher?.observe(seen));
  const control = createControl({
    ...args,
    config: () => config,
    ...{ upstream, metrics, onAnswered: observations?.onAnswered },
    onServiceLeft: (network, label) => metrics.forgetService(network, label),
  });
  const { table } = control;
  const calls = createCallHandler({
    ...{ clock, metrics, logger },
    deadlineMs: () => ms(config.routing.deadlineMs),
    logCalls: createLogCalls({
      ...{ clock, metrics },
      bounds: () => ({ ...config.logs, maxBytes: config.limits.maxResponseBytes }),
    }),
  });
  const shutdown = createShutdown({
    config: () => config,
    logger,
    totals: calls.totals,
    async closeAll() {
      await closeServer(app, config.shutdown.timeoutMs);
      unfeed?.();
      await watcher?.stop();
      await metricsApp?.close();
      await control.stop();
      await upstream.close();
    },
  });
  const state = () => ({
    draining: shutdown.isDraining(),
    settlement: control.settlement(),
    watcher: watcher?.state(),
    routers: table.routers(),
  });
  metrics.collectFrom(() => gatewayGauges(state()));
  const pageOfMetrics = async () => metricsText(await registry.getMetricsAsJSON());
  const app = createApp({
    rpc: { resolve: table.resolve, answer: calls.handle, limits: () => config.limits, clock },
    operator: {
      readiness: () =>
        readiness({ ...state(), hasEligible: table.routers().some((router) => router.hasEligible()) }),
      status: () => gatewayStatus({ ...state(), version: packageJson.version, totals: calls.totals() }),
      provider: (address) => providerAnswer(control.settlement(), address),
      explain: (question) => routeAnswer(table, question),
    },
    metrics,
    metricsText: config.metrics ? undefined : pageOfMetrics,
    logger,
    isDraining: shutdown.isDraining,
  });
  const metricsApp = config.metrics && createMetricsApp({ text: pageOfMetrics, logger });

  control.apply();
  const opened = await openGateway({
    ...{ config, logger, control, shutdown, metricsApp },
    open: () => listen(app, config.listen, 'listen', { isForCrowds: true }),
    giveUp() {
      unfeed?.();
      return Promise.all([app.close(), metricsApp?.close(), control.stop(), upstream.close()]);
    },
  });
  watcher?.start();
  return {
    ...opened,
    reload(now) {
      config = now;
      logger.level = config.log.level;
      upstream.setMaxResponseBytes(config.limits.maxResponseBytes);
      control.apply();
    },
  };
}
