import { listDifference } from '../core/listDifference.ts';
import type { Health } from '../routing/health.ts';
import { createSessionRing, type SessionRing, textHash } from '../routing/sessionRing.ts';
import type { ServiceState } from './forwardRun.ts';
import type { RouteService } from './networkRouter.ts';

/** The services of one network, and in which order they are asked. */
export interface Members {
  get(key: string): ServiceState | undefined;
  /** In the order of their list. */
  all(): readonly ServiceState[];
  /**
   * Who is asked, best tier first: own nodes, then those on duty, then all of the network. Who is on duty is in two tiers.
   */
  tiers(): readonly (readonly ServiceState[])[];
  /** The same with each in one tier. Work that grows with the services. */
  apart(): readonly (readonly ServiceState[])[];
  /** Others are on duty: it is polled too seldom to say where the chain is. */
  isSeldom(state: ServiceState): boolean;
  /** One whose key and URL stay is the same object, so that calls in flight end where they began. @returns who left */
  replace(services: readonly RouteService[]): readonly ServiceState[];
  /** @returns who is asked seldom from now on */
  setOnDuty(state: ServiceState, isOnDuty: boolean): readonly ServiceState[];
  /** The one that a session's calls go to. */
  ofSession(session: string, isAllowed: (state: ServiceState) => boolean): ServiceState | undefined;
}

/** @param freshHealth of those who have just come */
export function createMembers(freshHealth: () => Health): Members {
  const states = new Map<string, ServiceState>();
  let listed: readonly RouteService[] = [];
  let all: readonly ServiceState[] = [];
  let own: readonly ServiceState[] = [];
  let network: readonly ServiceState[] = [];
  let onDuty: readonly ServiceState[] = [];
  let tiers: readonly (readonly ServiceState[])[] = [];
  /** Made when a session first asks for them. */
  let rings: readonly SessionRing<ServiceState>[] | undefined;

  function line() {
    tiers = onDuty.length > 0 ? [own, onDuty, network] : [own, network];
  }

  const isSeldom = ({ service, isOnDuty }: ServiceState) =>
    onDuty.length > 0 && !isOnDuty && service.tier === 'network';

  return {
    get: (key) => states.get(key),
    all: () => all,
    tiers: () => tiers,
    apart: () => (onDuty.length > 0 ? [own, onDuty, network.filter((state) => !state.isOnDuty)] : tiers),
    isSeldom,
    replace(services) {
      const { joined, left } = listDifference(listed, services);
      listed = services;
      const gone: ServiceState[] = [];
      const leaving = new Set(left.map(({ key }) => key));
      // The same for all who come together, until something is heard of one.
      let health: Health | undefined;
      for (const service of joined) {
        const { key } = service;
        leaving.delete(key);
        const known = states.get(key);
        if (known?.service.target.url === service.target.url) {
          known.listed = service;
          known.service = service;
          continue;
        }
        if (known) gone.push(known);
        health ??= freshHealth();
        states.set(key, { hash: textHash(key), listed: service, service, health, isOnDuty: false });
      }
      for (const key of leaving) {
        const state = states.get(key);
        if (state) gone.push(state);
        states.delete(key);
      }
      all = services.flatMap(({ key }) => states.get(key) ?? []);
      own = all.filter(({ service }) => service.tier === 'own');
      network = all.filter(({ service }) => service.tier === 'network');
      for (const state of gone) state.isOnDuty = false;
      onDuty = onDuty.filter((state) => state.isOnDuty);
      rings = undefined;
      line();
      return gone;
    },
    setOnDuty(state, isOnDuty) {
      if (state.isOnDuty === isOnDuty) return [];
      const isFirst = onDuty.length === 0;
      state.isOnDuty = isOnDuty;
      onDuty = isOnDuty ? [...onDuty, state] : onDuty.filter((other) => other !== state);
      line();
      if (isFirst) return network.filter(isSeldom);
      return isSeldom(state) ? [state] : [];
    },
    ofSession(session, isAllowed) {
      rings ??= [own, network].map((tier) => createSessionRing(tier));
      for (const ring of rings) {
        const state = ring.find(session, isAllowed);
        if (state) return state;
      }
      return undefined;
    },
  };
}
