import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './fixtures/cliChain.ts';
import { OUTAGE, type RecordWorld, startRecordWorld, WAIT } from './fixtures/recordWorld.ts';
import { speak } from './fixtures/watcherWords.ts';

let world: RecordWorld;

beforeAll(async () => {
  world = await startRecordWorld();
}, 60_000);
afterAll(() => world?.stop());

const status = (...argv: string[]) =>
  run(['provider', 'status', world.bad.address, ...argv], {
    DIN_RPC_URL: world.chain.anvil.url,
    DIN_REGISTRY: world.chain.deployment.registry,
  });

test('din provider status shows epoch by epoch what each watcher said, and who dissents, as gateways do', async () => {
  expect((await status('--json')).json()).toMatchObject({ services: [{ score: 1, epochs: [] }] });
  const slow = { p95LatencyMs: 400, successes: 19 };
  const first = [world.measured(world.good), world.measured(world.bad, slow)];
  await speak(world.chain, world.speeches(first, [], first));
  const [truth, lie] = [[world.measured(world.bad, OUTAGE)], [world.measured(world.bad)]];
  const epoch = await speak(world.chain, world.speeches(truth, lie, truth));

  const { services } = (await status('--json')).json() as { services: Record<string, unknown>[] };
  const gateway = await world.start();
  await expect.poll(async () => (await world.factorsAt(gateway))[1], WAIT).toBeLessThan(1);
  const [shown] = (await world.pageAt(gateway, world.bad)).services;
  expect(services[0]).toMatchObject({ score: shown?.score, epochs: shown?.epochs });
  expect(shown?.epochs.map(({ said }) => said.map(({ dissents }) => dissents))).toEqual([
    [false, true, false],
    [false, false],
  ]);

  const lines = (await status()).out.split('\n');
  const table = lines.slice(lines.findIndex((line) => line.startsWith('devnet: score')));
  const [a, b, c] = world.watchers.map(({ address }) => address);
  const cells = table.map((line) => line.split(/ {2,}/).filter((cell) => cell !== ''));
  expect(cells).toEqual([
    [`devnet: score ${shown?.score}`],
    ['EPOCH', 'WATCHER', 'WEIGHT', 'ANSWERED', 'P95', 'LAG', 'WRONG', 'BREACHES'],
    [String(epoch), 'together', '100 %', '0 %', '-', '0', '0'],
    [a, '33.3 %', '0/20', '-', '0', '0', 'outage'],
    [b, '33.3 %', '20/20', '10 ms', '0', '0', '- dissents'],
    [c, '33.3 %', '0/20', '-', '0', '0', 'outage'],
    [String(Number(epoch) - 2), 'together', '66.7 %', '95 %', '400 ms', '0', '0'],
    [a, '33.3 %', '19/20', '400 ms', '0', '0', '-'],
    [c, '33.3 %', '19/20', '400 ms', '0', '0', '-'],
  ]);
}, 180_000);
