import { expect, test } from 'vitest';
import type { Caip2 } from '../../core/caip2.ts';
import { clientOf } from '../../upstream/upstreamClient.fixture.ts';
import { polledRouter, service } from '../networkRouter.fixture.ts';
import type { ServiceView } from '../serviceView.ts';
import { mergedRouters } from './mergedRouters.ts';

const CAIP2 = 'eip155:1' as Caip2;
const upstream = clientOf(() => Promise.reject(new Error('not asked here')));

function merged(...workers: readonly (readonly Partial<ServiceView>[])[]) {
  const polled = polledRouter([service('a', 'http://a'), service('b', 'http://b')], { upstream });
  const [like] = polled.services();
  if (like === undefined) throw new Error('there are two');
  const reports = workers.map((views) => ({
    networks: [{ caip2: CAIP2, services: views.map((view) => ({ ...like, ...view })) }],
  }));
  return mergedRouters([polled], reports)[0]?.services() ?? [];
}

test('what no worker has asked is as the polls say', () => {
  const [a, b] = merged([], []);
  expect(a).toMatchObject({ key: 'a', state: 'eligible', calls: 0 });
  expect(b).toMatchObject({ key: 'b', state: 'eligible', calls: 0 });
});

test('one that failed for one worker may still be asked by those that have not asked it', () => {
  const failed = {
    key: 'a',
    state: 'ineligible',
    reason: 'breaker-open',
    breaker: 'open',
    calls: 5,
  } as const;
  expect(merged([failed], [])[0]).toMatchObject({ state: 'eligible', breaker: 'open', calls: 5 });
  expect(merged([failed], [failed])[0]).toMatchObject({ state: 'ineligible', calls: 10 });
});
