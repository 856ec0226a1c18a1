import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createMetrics, type GatewayGauges } from './metrics.ts';

test('counts calls, attempts and fail-overs under bounded labels', async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.attempt('ethereum', 'own-1', 'provider', 'timeout');
  metrics.attempt('ethereum', 'own-2', 'ok', 'ok');
  metrics.failover('ethereum');
  metrics.call('ethereum', 'result', 0.02);
  const text = await registry.metrics();
  expect(text).toContain('din_calls_total{network="ethereum",result="result"} 1');
  expect(text).toContain(
    'din_attempts_total{network="ethereum",service="own-1",class="provider",reason="timeout"} 1',
  );
  expect(text).toContain('din_failovers_total{network="ethereum"} 1');
  expect(text).toContain('din_call_duration_seconds_bucket{le="0.025",network="ethereum"} 1');
});

test('gauges show the state of the scrape and drop what is gone', async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const service = { service: 'own-1', eligible: true, head: 7, inFlight: 2 };
  let gauges: GatewayGauges = {
    set: { block: 12, ageSeconds: 1.5, services: 1 },
    networks: [{ network: 'ethereum', head: 8, services: [service] }],
    draining: false,
  };
  metrics.collectFrom(() => gauges);
  const before = await registry.metrics();
  expect(before).toContain('din_provider_set_block 12');
  expect(before).toContain('din_provider_set_age_seconds 1.5');
  expect(before).toContain('din_network_head_block{network="ethereum"} 8');
  expect(before).toContain('din_service_eligible{network="ethereum",service="own-1"} 1');
  gauges = { networks: [], draining: true };
  const after = await registry.metrics();
  expect(after).not.toContain('own-1');
  expect(after).not.toContain('din_provider_set_block 12');
  expect(after).toContain('din_draining 1');
});

test('forgets the series of a service that left, and no other', async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.attempt('ethereum', 'gone', 'ok', 'ok');
  metrics.attempt('ethereum', 'gone', 'provider', 'reset');
  metrics.attempt('ethereum', 'here', 'ok', 'ok');
  await metrics.forgetService('ethereum', 'gone');
  const text = await registry.metrics();
  expect(text).not.toContain('service="gone"');
  expect(text).toContain('service="here"');
});

test('label values cannot break out of their quotes', async () => {
  const registry = new Registry();
  createMetrics(registry).attempt('a"} 1\nevil 2', 'x', 'ok', 'ok');
  expect(await registry.metrics()).not.toMatch(/^evil/m);
});
