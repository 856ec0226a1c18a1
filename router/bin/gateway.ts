import { setTimeout as delay } from 'node:timers/promises';
import { Registry } from 'prom-client';
import packageJson from '../../package.json' with { type: 'json' };
import type { GatewayConfig } from '../config/schema.ts';
import type { Environment } from '../config/substitute.ts';
import { type Clock, type Random, systemClock } from '../core/clock.ts';
import { ms } from '../core/units.ts';
import { createApp, createMetricsApp } from '../gateway/app.ts';
import { createCallHandler } from '../gateway/callHandler.ts';
import { gatewayGauges } from '../gateway/gauges.ts';
import { createHeadPoller } from '../gateway/headPoller.ts';
import { listen } from '../gateway/listen.ts';
import { planNetworks } from '../gateway/networkPlan.ts';
import { readiness } from '../gateway/readiness.ts';
import { gatewayStatus } from '../gateway/status.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import type { ProviderSource } from '../registry/providerSource.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import { loadGatewayConfig } from './gatewayConfig.ts';
import { logLoading } from './loadingLog.ts';
import { openProviderSource } from './providerSource.ts';
import { createRoutingTable } from './routingTable.ts';

export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** Undefined when metrics share the gateway's port. */
  readonly metricsUrl: string | undefined;
  /** Readiness goes first, then the port; calls in flight are answered, within the configured time. May be called again. */
  close(): Promise<void>;
  /** Resolves when closed; rejects when the provider set can never be loaded (wrong chain, no registry there). */
  readonly done: Promise<void>;
}

export interface GatewayArgs {
  readonly config: GatewayConfig;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  /** In place of the one that the configuration's settlement chain makes. */
  readonly source?: ProviderSource;
}

/**
 * Puts a gateway together and opens its port. Does not wait for the provider set: own upstreams serve at once, and
 * `/readyz` says what is missing.
 * @throws {@link ListenError}
 */
export async function startGateway(args: GatewayArgs): Promise<Gateway> {
  const { config, clock = systemClock, random = Math.random } = args;
  const logger = args.logger ?? createLogger({ level: config.log.level, destination: process.stdout });
  const { settlement } = config;
  const source = args.source ?? (settlement && openProviderSource({ settlement, clock, random, logger }));
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const upstream = createUpstreamClient({ clock, maxResponseBytes: config.limits.maxResponseBytes });
  const heads = createHeadPoller({
    upstream,
    random,
    intervalMs: ms(config.heads.pollIntervalMs),
    timeoutMs: ms(config.routing.attemptTimeoutMs),
  });
  const calls = createCallHandler({
    clock,
    deadlineMs: () => ms(config.routing.deadlineMs),
    metrics,
    logger,
  });

  const table = createRoutingTable({ config, upstream, heads, clock, random, metrics, logger });
  table.apply(planNetworks(config, source?.current()));
  const unsubscribe = source?.onChange((set) => table.apply(planNetworks(config, set)));
  const endLoadingLog = source && logLoading(source, logger);

  let draining = false;
  const settlementState = () =>
    source &&
    settlement && {
      chainId: settlement.chainId,
      source: source.kind,
      set: source.current(),
      status: source.status(),
    };
  metrics.collectFrom(() =>
    gatewayGauges({ draining, settlement: settlementState(), routers: table.routers() }),
  );
  const metricsText = () => registry.metrics();
  const app = createApp({
    rpc: {
      resolve: table.resolve,
      answer: calls.handle,
      limits: () => config.limits,
      clock,
    },
    operator: {
      readiness: () =>
        readiness({
          draining,
          settlement: settlementState(),
          hasEligible: table.routers().some((router) => router.hasEligible()),
        }),
      status: () =>
        gatewayStatus({
          version: packageJson.version,
          draining,
          settlement: settlementState(),
          routers: table.routers(),
          totals: calls.totals(),
        }),
    },
    metrics,
    metricsText: config.metrics ? undefined : metricsText,
    logger,
    isDraining: () => draining,
  });
  const metricsApp = config.metrics && createMetricsApp({ text: metricsText, logger });

  const done = Promise.withResolvers<void>();
  // Not everybody listens to it.
  done.promise.catch(() => undefined);
  const stopSource = new AbortController();

  const closeAll = async () => {
    const cutOff = setTimeout(() => app.server.closeAllConnections(), config.shutdown.timeoutMs);
    await app.close().finally(() => clearTimeout(cutOff));
    await metricsApp?.close();
    unsubscribe?.();
    endLoadingLog?.();
    heads.stop();
    stopSource.abort();
    await source?.stop();
    await upstream.close();
  };
  const drain = async () => {
    draining = true;
    logger.info({}, 'gateway_draining');
    await delay(config.shutdown.delayMs);
    await closeAll();
    logger.info({ ...calls.totals() }, 'gateway_closed');
    done.resolve();
  };
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= drain();
    return closing;
  };

  let port: number;
  let metricsUrl: string | undefined;
  try {
    if (metricsApp && config.metrics) {
      const metricsPort = await listen(metricsApp, config.metrics.listen, 'metrics.listen');
      metricsUrl = urlOf(config.metrics.listen, metricsPort);
    }
    port = await listen(app, config.listen, 'listen');
  } catch (error) {
    await closeAll();
    throw error;
  }
  const url = urlOf(config.listen, port);
  logger.info({ version: packageJson.version, url, metricsUrl }, 'gateway_listening');
  source?.start(stopSource.signal).catch((error: unknown) => {
    if (stopSource.signal.aborted) return;
    logger.fatal({ err: error }, 'provider_set_unloadable');
    done.reject(error);
    void close();
  });
  return { url, port, metricsUrl, close, done: done.promise };
}

/**
 * Runs a gateway from its configuration file until the signal, then drains it. Rejects with `ConfigError`,
 * `ListenError` or what keeps the provider set from ever loading.
 */
export async function main(args: {
  readonly configFile: string;
  readonly environment: Environment;
  /** Takes the log, line by line without line ends. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const config = await loadGatewayConfig(args.configFile, args.environment);
  const destination = { write: (line: string) => args.log(line.trimEnd()) };
  const gateway = await startGateway({
    config,
    logger: createLogger({ level: config.log.level, destination }),
  });
  const stop = () => void gateway.close();
  args.signal?.addEventListener('abort', stop, { once: true });
  if (args.signal?.aborted) stop();
  await gateway.done;
}

/** A wildcard address is reached by the loopback one. */
function urlOf(address: string, port: number): string {
  const host = address.slice(0, address.lastIndexOf(':'));
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '[::]' ? '[::1]' : host;
  return `http://${reachable}:${port}`;
}
