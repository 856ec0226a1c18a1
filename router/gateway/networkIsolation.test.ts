import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { seconds } from '../core/units.ts';
import { DEFAULT_ROUTING } from '../routing/settings.ts';
import type { UpstreamClient } from '../upstream/outcome.ts';
import {
  type Behaviour,
  type RpcServer,
  reset,
  result,
  startRpcServer,
} from '../upstream/rpcServer.fixture.ts';
import { createUpstreamClient } from '../upstream/upstreamClient.ts';
import { call, DEADLINE, polledRouter, service, viewOf } from './networkRouter.fixture.ts';

// More than the connections that one client opens to one place.
const MANY = 300;
const settings = {
  // Nobody is joined: who answers is told by the failures alone.
  ...{ stallMs: seconds(60), minHedgeDelayMs: seconds(60) },
  breaker: { ...DEFAULT_ROUTING.breaker, openMs: seconds(60), maxOpenMs: seconds(60) },
};

let upstream: UpstreamClient;
let host: RpcServer;
let other: RpcServer;

beforeEach(async () => {
  upstream = createUpstreamClient({ clock: systemClock });
  other = await startRpcServer(result('other'));
});

afterEach(async () => {
  await upstream.close();
  await Promise.all([host.close(), other.close()]);
});

/** One provider's host serves two networks, each at a path of its own, and one of them badly. */
async function twoNetworks(badly: Behaviour) {
  host = await startRpcServer((request, response, message) => {
    const behaviour = message.url === '/bad' ? badly : result('good');
    behaviour(request, response, message);
  });
  const [bad, good] = ['bad', 'good'].map((path) =>
    polledRouter([service('provider', `${host.url}${path}`, { tier: 'own' }), service('other', other.url)], {
      upstream,
      settings,
    }),
  );
  if (!bad || !good) throw new Error('two are made');
  return { bad, good };
}

describe('a provider that fails on one network', () => {
  it.each([
    ['hangs and ends without a word', true],
    ['refuses at once', false],
  ])('and %s there is asked as ever on another, whatever the load', async (_name, isHanging) => {
    const { promise: end, resolve: endAll } = Promise.withResolvers<void>();
    if (!isHanging) endAll();
    const { bad, good } = await twoNetworks((...args) => void end.then(() => reset(...args)));
    const failing = Array.from({ length: MANY }, () => bad.forward(call(), DEADLINE));
    for (let calls = 0; calls < 20; calls += 1) {
      const answer = await good.forward(call(), DEADLINE);
      expect(answer).toMatchObject({ result: '"good"', attempts: [{ service: 'provider', reason: 'ok' }] });
    }
    endAll();
    for (const answer of await Promise.all(failing)) expect(answer).toMatchObject({ result: '"other"' });
    expect(viewOf(bad, 'provider')).toMatchObject({ reason: 'breaker-open' });
    expect(viewOf(good, 'provider')).toMatchObject({ state: 'eligible', failures: 0, breaker: 'closed' });
  });
});
