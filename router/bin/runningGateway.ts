import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import packageJson from '../../package.json' with { type: 'json' };
import type { GatewayConfig } from '../config/schema.ts';
import type { Clock, Random } from '../core/clock.ts';
import { reachableUrl } from '../core/listenAddress.ts';
import type { CallTotals } from '../gateway/callHandler.ts';
import { listen } from '../gateway/listen.ts';
import type { RecordSource } from '../indexer/record/recordSource.ts';
import type { Logger } from '../observability/logger.ts';
import type { ProviderSource } from '../registry/providerSource.ts';
import type { Control } from './control.ts';

export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** Undefined when metrics share the gateway's port. */
  readonly metricsUrl: string | undefined;
  /** Puts another configuration in force. Calls in flight go on. What only a restart can change is to be as before. */
  reload(config: GatewayConfig): void;
  /** Readiness goes first, then the port; calls in flight are answered, within the configured time. May be called again. */
  close(): Promise<void>;
  /** Resolves when closed; rejects when the provider set can never be loaded (wrong chain, no registry there). */
  readonly done: Promise<void>;
}

export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** Of the settlement chain, when there is one. */
  readonly source?: ProviderSource | undefined;
  /** What watchers say there. */
  readonly record?: RecordSource | undefined;
}

export interface Shutdown {
  isDraining(): boolean;
  close(): Promise<void>;
  /** Ends the gateway, which then rejects with this error. */
  fail(error: unknown): void;
  readonly done: Promise<void>;
}

/** Readiness first, then the rest. */
export function createShutdown(args: {
  readonly config: () => GatewayConfig;
  readonly logger: Logger;
  readonly onDrain?: () => void;
  readonly closeAll: () => Promise<void>;
  readonly totals: () => CallTotals;
}): Shutdown {
  const done = Promise.withResolvers<void>();
  // Not everybody listens to it.
  done.promise.catch(() => undefined);
  let closing: Promise<void> | undefined;
  const drain = async () => {
    args.onDrain?.();
    args.logger.info({}, 'gateway_draining');
    await delay(args.config().shutdown.delayMs);
    await args.closeAll();
    args.logger.info({ ...args.totals() }, 'gateway_closed');
    done.resolve();
  };
  const close = () => {
    closing ??= drain();
    return closing;
  };
  return {
    isDraining: () => closing !== undefined,
    close,
    fail(error) {
      done.reject(error);
      void close();
    },
    done: done.promise,
  };
}

export interface OpenArgs {
  readonly config: GatewayConfig;
  readonly logger: Logger;
  readonly control: Pick<Control, 'start'>;
  readonly shutdown: Shutdown;
  /** On the port of its own that the configuration gives it. */
  readonly metricsApp: FastifyInstance | undefined;
  /** Opens the users' port. */
  readonly open: () => Promise<number>;
  /** Ends what was begun when a port cannot be opened. */
  readonly giveUp: () => Promise<unknown>;
  /** For the log, beside the URLs. */
  readonly about?: object;
}

/**
 * Opens the ports, the users' last, and then begins to follow the settlement chain.
 * @throws what `open` throws, and `ListenError`
 */
export async function openGateway(args: OpenArgs): Promise<Omit<Gateway, 'reload'>> {
  const { config, logger, shutdown, metricsApp } = args;
  let port: number;
  let metricsUrl: string | undefined;
  try {
    if (metricsApp && config.metrics) {
      const metricsPort = await listen(metricsApp, config.metrics.listen, 'metrics.listen');
      metricsUrl = reachableUrl(config.metrics.listen, metricsPort);
    }
    port = await args.open();
  } catch (error) {
    await args.giveUp();
    throw error;
  }
  const url = reachableUrl(config.listen, port);
  logger.info({ version: packageJson.version, url, metricsUrl, ...args.about }, 'gateway_listening');
  args.control.start().catch((error: unknown) => {
    logger.fatal({ err: error }, 'provider_set_unloadable');
    shutdown.fail(error);
  });
  return { url, port, metricsUrl, close: shutdown.close, done: shutdown.done };
}
