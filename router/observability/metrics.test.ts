import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createMetrics, type GatewayGauges } from './metrics.ts';

test('counts calls, attempts and fail-overs under bounded labels', async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.attempt('ethereum', 'own-1', 'provider', 'timeout');
  metrics.attempt('ethereum', 'own-2', 'ok', 'ok');
  metrics.probe('ethereum', 'own-1', 'capacity', 'rpc-error');
  metrics.failover('ethereum');
  metrics.call('ethereum', 'result', 0.02);
  const text = await registry.metrics();
  expect(text).toContain('din_calls_total{network="ethereum",result="result"} 1');
  expect(text).toContain(
    'din_attempts_total{network="ethereum",service="own-1",class="provider",reason="timeout"} 1',
  );
  expect(text).toContain('din_failovers_total{network="ethereum"} 1');
  expect(text).toContain(
    'din_probes_total{network="ethereum",service="own-1",class="capacity",reason="rpc-error"} 1',
  );
  expect(text).toContain('din_call_duration_seconds_bucket{le="0.025",network="ethereum"} 1');
});

test('gauges show the state of the scrape and drop what is gone', async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  const service = { service: 'own-1', eligible: true, head: 7, inFlight: 2, score: undefined };
  const scored = { ...service, service: '0xabcd…ef12', score: 0.75 };
  let gauges: GatewayGauges = {
    set: { block: 12, ageSeconds: 1.5, services: 1 },
    networks: [{ network: 'ethereum', head: 8, services: [service, scored] }],
    draining: false,
  };
  metrics.collectFrom(() => gauges);
  const before = await registry.metrics();
  expect(before).toContain('din_provider_set_block 12');
  expect(before).toContain('din_provider_set_age_seconds 1.5');
  expect(before).toContain('din_network_head_block{network="ethereum"} 8');
  expect(before).toContain('din_service_eligible{network="ethereum",service="own-1"} 1');
  expect(before.match(/^din_service_score{.*/gm)).toEqual([
    'din_service_score{network="ethereum",service="0xabcd…ef12"} 0.75',
  ]);
  gauges = { networks: [], draining: true };
  const after = await registry.metrics();
  expect(after).not.toContain('own-1');
  expect(after).not.toMatch(/^din_provider_set/m);
  expect(after).toContain('din_draining 1');
});

test('forgets the series of a service that left, and no other', async () => {
  const registry = new Registry();
  const metrics = createMetrics(registry);
  metrics.attempt('ethereum', 'gone', 'ok', 'ok');
  metrics.attempt('ethereum', 'gone', 'provider', 'reset');
  metrics.probe('ethereum', 'gone', 'ok', 'ok');
  metrics.attempt('ethereum', 'here', 'ok', 'ok');
  metrics.forgetService('ethereum', 'gone');
  const text = await registry.metrics();
  expect(text).not.toContain('service="gone"');
  expect(text).toContain('service="here"');
});

test('label values cannot break out of their quotes', async () => {
  const registry = new Registry();
  createMetrics(registry).attempt('a"} 1\nevil 2', 'x', 'ok', 'ok');
  expect(await registry.metrics()).not.toMatch(/^evil/m);
});

describe('the way to the settlement chain', () => {
  const loading = { ratio: 0.25, remainingBlocks: 300, remainingSeconds: 12.5, events: 4 };
  const down = { endpoint: 'rpc[0]', state: 'down', head: 90 } as const;
  const good = { endpoint: 'rpc[1]', state: 'ok', head: 100 } as const;
  const unknown = { endpoint: 'rpc[2]', state: 'unknown', head: undefined } as const;

  async function shown(settlement: GatewayGauges['settlement']): Promise<string> {
    const registry = new Registry();
    createMetrics(registry).collectFrom(() => ({ settlement, networks: [], draining: false }));
    return await registry.metrics();
  }

  test('shows each endpoint, and in which of its states it is', async () => {
    const text = await shown({
      via: 'chain',
      loaded: true,
      backfill: undefined,
      endpoints: [down, good, unknown],
    });
    expect(text).toContain('din_settlement_endpoint_up{endpoint="rpc[0]"} 0');
    expect(text).toContain('din_settlement_endpoint_up{endpoint="rpc[1]"} 1');
    expect(text).not.toContain('din_settlement_endpoint_up{endpoint="rpc[2]"}');
    expect(text).toContain('din_settlement_endpoint_head_block{endpoint="rpc[0]"} 90');
    expect(text).not.toContain('din_settlement_endpoint_head_block{endpoint="rpc[2]"}');
    expect(text).toContain('din_settlement_endpoint_state{endpoint="rpc[0]",state="down"} 1');
    expect(text).toContain('din_settlement_endpoint_state{endpoint="rpc[0]",state="ok"} 0');
    expect(text).toContain('din_settlement_endpoint_state{endpoint="rpc[2]",state="unknown"} 1');
  });

  test('shows where the set came from and how much of a load is left', async () => {
    const text = await shown({ via: 'checkpoint', loaded: true, backfill: loading, endpoints: [] });
    expect(text).toContain('din_provider_set_source{via="checkpoint"} 1');
    expect(text).toContain('din_provider_set_source{via="graphql"} 0');
    expect(text).toContain('din_settlement_backfill_ratio 0.25');
    expect(text).toContain('din_settlement_backfill_remaining_blocks 300');
    expect(text).toContain('din_settlement_backfill_remaining_seconds 12.5');
    expect(text).toContain('din_settlement_backfill_events 4');
  });

  test('a load not begun is at 0, one that is over at 1 and shows nothing else', async () => {
    const idle = { via: undefined, loaded: false, backfill: undefined, endpoints: [] } as const;
    expect(await shown(idle)).toContain('din_settlement_backfill_ratio 0');
    const over = await shown({ ...idle, via: 'chain', loaded: true });
    expect(over).toContain('din_settlement_backfill_ratio 1');
    expect(over).not.toMatch(/^din_settlement_backfill_remaining/m);
  });

  test('without a settlement chain there is no series of it', async () => {
    expect(await shown(undefined)).not.toMatch(/^din_(settlement|provider_set)/m);
  });
});
