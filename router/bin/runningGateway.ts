import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayConfig } from '../config/schema.ts';
import type { Clock, Random } from '../core/clock.ts';
import type { CallTotals } from '../gateway/callHandler.ts';
import type { Logger } from '../observability/logger.ts';
import type { ProviderSource } from '../registry/providerSource.ts';

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
  /** In place of the one that the configuration's settlement chain makes. */
  readonly source?: ProviderSource | undefined;
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

/** A wildcard address is reached by the loopback one. */
export function urlOf(address: string, port: number): string {
  const host = address.slice(0, address.lastIndexOf(':'));
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '[::]' ? '[::1]' : host;
  return `http://${reachable}:${port}`;
}
