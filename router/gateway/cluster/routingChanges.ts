import { isDeepStrictEqual } from 'node:util';
import type { Caip2 } from '../../core/caip2.ts';
import { listDifference } from '../../core/listDifference.ts';
import type { RouteService } from '../networkRouter.ts';
import type { TablePlan } from '../networkTable.ts';
import type { NetworkChange, RoutingChanges } from './messages.ts';

/** A network with its services, as plain data. */
export interface RoutedNetwork extends TablePlan {
  readonly services: readonly RouteService[];
  /** Its own, for good: where workers keep what they have in common about it. */
  readonly row: number;
}

export type RoutedNetworks = ReadonlyMap<Caip2, RoutedNetwork>;

/** What turns one state into the other. What is the same object is taken as unchanged. */
export function routingChanges(before: RoutedNetworks, now: RoutedNetworks): RoutingChanges {
  const changed: NetworkChange[] = [];
  for (const network of now.values()) {
    const change = networkChange(before.get(network.caip2), network);
    if (change) changed.push(change);
  }
  return { changed, gone: [...before.keys()].filter((caip2) => !now.has(caip2)) };
}

/** The same, worked out once for all workers that are told one after the other. */
export function createRoutingChanges(): typeof routingChanges {
  let last: { before: RoutedNetworks; now: RoutedNetworks; changes: RoutingChanges } | undefined;
  return (before, now) => {
    if (last?.before !== before || last.now !== now)
      last = { before, now, changes: routingChanges(before, now) };
    return last.changes;
  };
}

export function isNoChange({ changed, gone }: RoutingChanges): boolean {
  return changed.length === 0 && gone.length === 0;
}

// Of 10,000 services in one message the text alone is megabytes, on both sides and on the way.
const SERVICES_A_MESSAGE = 500;

/** The same in steps, none of them large, to be taken one after the other; at least one. */
export function stepsOf({ changed, gone }: RoutingChanges): RoutingChanges[] {
  const steps: RoutingChanges[] = [];
  let step: NetworkChange[] = [];
  let room = SERVICES_A_MESSAGE;
  const end = () => {
    steps.push({ changed: step, gone: steps.length === 0 ? gone : [] });
    step = [];
    room = SERVICES_A_MESSAGE;
  };
  for (const network of changed) {
    let rest = network;
    while (rest.joined.length > room) {
      step.push({ ...rest, joined: rest.joined.slice(0, room) });
      rest = { ...rest, joined: rest.joined.slice(room), left: [] };
      end();
    }
    step.push(rest);
    room -= rest.joined.length;
  }
  end();
  return steps;
}

/** The other way round: the state that the changes make. What did not change stays the same object. */
export function withChanges(before: RoutedNetworks, { changed, gone }: RoutingChanges): RoutedNetworks {
  const now = new Map(before);
  for (const caip2 of gone) now.delete(caip2);
  for (const { caip2, slug, maxHeadLagBlocks, row, joined, left } of changed) {
    const known = before.get(caip2)?.services ?? [];
    const services = joined.length + left.length === 0 ? known : edited(known, joined, left);
    now.set(caip2, { caip2, slug, maxHeadLagBlocks, row, services });
  }
  return now;
}

function networkChange(before: RoutedNetwork | undefined, now: RoutedNetwork): NetworkChange | undefined {
  const { caip2, slug, maxHeadLagBlocks, row, services } = now;
  const fields = { caip2, slug, maxHeadLagBlocks, row };
  if (before === undefined) return { ...fields, joined: services, left: [] };
  const isNamedAlike = before.slug === slug && before.maxHeadLagBlocks === maxHeadLagBlocks;
  if (before.services === services) return isNamedAlike ? undefined : { ...fields, joined: [], left: [] };
  const other = listDifference(before.services, services);
  const known = new Map(other.left.map((service) => [service.key, service]));
  const joined = other.joined.filter((service) => {
    const same = known.get(service.key);
    known.delete(service.key);
    return !isDeepStrictEqual(same, service);
  });
  const left = [...known.keys()];
  return isNamedAlike && joined.length + left.length === 0 ? undefined : { ...fields, joined, left };
}

function edited(
  known: readonly RouteService[],
  joined: readonly RouteService[],
  left: readonly string[],
): readonly RouteService[] {
  const byKey = new Map(known.map((service) => [service.key, service]));
  for (const key of left) byKey.delete(key);
  for (const service of joined) byKey.set(service.key, service);
  return [...byKey.values()];
}
