import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Caip2 } from '../../core/caip2.ts';
import type { RouteService } from '../networkRouter.ts';
import type { ServiceNews, ToWorker } from './messages.ts';
import { createOutbox } from './outbox.ts';
import { type RoutedNetworks, routingChanges, withChanges } from './routingChanges.ts';

const CAIP2 = 'eip155:1' as Caip2;
const KEYS = ['a', 'b', 'c'];

const service = (key: string): RouteService => ({
  ...{ key, label: key, tier: 'own', capabilities: 1, weight: 1 },
  target: { url: `http://${key}`, allowPrivate: true },
});
const networksOf = (keys: readonly string[]): RoutedNetworks =>
  new Map([[CAIP2, { caip2: CAIP2, slug: 'one', maxHeadLagBlocks: 1, row: 0, services: keys.map(service) }]]);
const head = (key: string, number: number): ServiceNews => ({
  ...{ caip2: CAIP2, key },
  head: { ok: true, number, chainIdOk: true },
});

const probed = (key: string, count: number): ServiceNews => ({
  ...{ caip2: CAIP2, key },
  findings: Array.from({ length: count }, () => ({ question: QUESTION, able: true })),
});
const QUESTION = { method: 'eth_call', capabilities: 1, block: 1, depth: 0, logBlocks: 0 };

/** A worker that takes one message when it is told to, and forgets heads of services that it does not know. */
function slowWorker() {
  let inChannel: { message: ToWorker; sent: () => void } | undefined;
  let networks: RoutedNetworks = new Map();
  const heads = new Map<string, number>();
  const probes = new Map<string, number>();
  const taken: ToWorker[] = [];
  const tell = createOutbox({
    changes: routingChanges,
    send(message, sent) {
      expect(inChannel).toBeUndefined();
      inChannel = { message: JSON.parse(JSON.stringify(message)), sent };
    },
  });
  const take = () => {
    if (!inChannel) return false;
    const { message, sent } = inChannel;
    inChannel = undefined;
    taken.push(message);
    if (message.kind === 'routing') networks = withChanges(networks, message.changes);
    if (message.kind === 'news') {
      const known = new Set(networks.get(CAIP2)?.services.map(({ key }) => key));
      for (const { key, head: report, findings } of message.news) {
        if (!known.has(key)) continue;
        if (report?.ok) heads.set(key, report.number);
        if (findings) probes.set(key, findings.length);
      }
    }
    sent();
    return true;
  };
  const keys = () => networks.get(CAIP2)?.services.map(({ key }) => key) ?? [];
  return { tell, take, taken, keys, heads, probes };
}

test('whenever a worker takes what it is told, in the end it knows the newest', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('networks' as const), keys: fc.subarray(KEYS) }),
    fc.record({ kind: fc.constant('head' as const), key: fc.constantFrom(...KEYS), number: fc.nat(9) }),
    fc.record({ kind: fc.constant('probe' as const), key: fc.constantFrom(...KEYS), number: fc.nat(9) }),
    fc.record({ kind: fc.constant('take' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const worker = slowWorker();
      let offered: readonly string[] = [];
      // As the primary reports them: none of a service that is not offered.
      const reported = { head: new Map<string, number>(), probe: new Map<string, number>() };
      for (const each of steps) {
        if (each.kind === 'take') worker.take();
        else if (each.kind === 'networks') {
          offered = each.keys;
          for (const key of KEYS) {
            if (offered.includes(key)) continue;
            reported.head.delete(key);
            reported.probe.delete(key);
          }
          worker.tell({ kind: 'networks', networks: networksOf(offered) });
        } else if (offered.includes(each.key)) {
          reported[each.kind].set(each.key, each.number);
          worker.tell({
            kind: 'news',
            news: [(each.kind === 'head' ? head : probed)(each.key, each.number)],
          });
        }
      }
      while (worker.take());
      expect(worker.keys().toSorted()).toEqual([...offered].toSorted());
      for (const [key, number] of reported.head) expect(worker.heads.get(key)).toBe(number);
      for (const [key, number] of reported.probe) expect(worker.probes.get(key)).toBe(number);
    }),
  );
});

test('for a worker that takes nothing only the newest of each kind waits', () => {
  const worker = slowWorker();
  for (let round = 0; round < 1_000; round += 1) {
    worker.tell({ kind: 'ping' });
    worker.tell({ kind: 'report', id: round });
    worker.tell({ kind: 'networks', networks: networksOf(round % 2 === 0 ? KEYS : ['a', 'b']) });
    worker.tell({ kind: 'news', news: [head('a', round), head('b', round)] });
  }
  while (worker.take());
  expect(worker.taken.map(({ kind }) => kind)).toEqual(['ping', 'routing', 'news', 'report', 'ping']);
  expect(worker.keys()).toEqual(['a', 'b']);
  expect(worker.heads.get('b')).toBe(999);
  expect(worker.taken).toContainEqual({ kind: 'report', id: 999 });
});

test('all pages that a worker asked for come, and the end comes last', () => {
  const worker = slowWorker();
  worker.tell({ kind: 'ping' });
  for (const id of [1, 2]) worker.tell({ kind: 'page', id, page: 'text' });
  worker.tell({ kind: 'close' });
  while (worker.take());
  const rest = worker.taken.slice(1);
  expect(rest).toEqual([
    { kind: 'page', id: 1, page: 'text' },
    { kind: 'page', id: 2, page: 'text' },
    { kind: 'close' },
  ]);
});
