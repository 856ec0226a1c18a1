import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestNode, type TestNode } from '../scripts/gas/testNode.ts';
import { allLogs, type Game, startGame } from './fixtures/contracts/play.ts';
import { allViews, compareViews } from './fixtures/contracts/views.ts';
import { emptyWorld, foldLogs, kindOf } from './fixtures/contracts/world.ts';

const MIN_ACTIONS = 3_000;
/** What is rare may take longer: a court must retire twice, and leave locks behind. */
const MAX_ACTIONS = 8_000;
const COMPARE_EVERY = 750;

/** `DIN_SEED=… vitest run test/contractsEvents` plays the same game again. */
const seed = Number(process.env.DIN_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Kinds whose every event changes what a view says, until a later event may say it again. */
const CUMULATIVE = ['vault.CourtChanged', 'registry.NetworkAdded', 'registry.ProviderRegistered'].concat(
  ['registry.ServiceAdded', 'hub.WatcherAdmitted', 'hub.Committed', 'hub.Revealed', 'hub.BreachAttested'],
  ['court.CaseOpened', 'court.PenaltySet', 'escrow.Collected', 'escrow.FeeSet'],
);

let node: TestNode;
let game: Game;

beforeAll(async () => {
  node = await startTestNode();
  game = await startGame(node, seed);
}, 60_000);

afterAll(async () => {
  await node?.stop();
});

test('a kind of event left out is noticed', async () => {
  const { stage } = game;
  const noticed = new Set<string>();
  for (let actions = 0; actions < 300; actions += 1) {
    await game.step();
    // At once when it first happens: later events carry full values and may make the world whole again.
    for (const kind of CUMULATIVE) {
      if (noticed.has(kind) || !stage.world.events.has(kind)) continue;
      noticed.add(kind);
      const world = emptyWorld(stage.world.places);
      for (const log of await allLogs(node)) if (kindOf(world, log) !== kind) foldLogs(world, [log]);
      const { onChain, fromEvents } = await compareViews(node, allViews(stage, world));
      expect(onChain, `${kind} (DIN_SEED=${seed})`).not.toEqual(fromEvents);
    }
  }
  expect(noticed.size).toBeGreaterThan(3);
});

test(`thousands of random actions: every view is what the events alone say (seed ${seed})`, async () => {
  console.log(`DIN_SEED=${seed}`);
  let actions = 0;
  while (actions < MIN_ACTIONS || (game.missing().length > 0 && actions < MAX_ACTIONS)) {
    await game.step();
    actions += 1;
    if (actions % COMPARE_EVERY === 0) await expectSameViews();
  }
  const views = await expectSameViews();
  console.log(report(actions, views));
  expect(game.missing(), `actions that never succeeded (DIN_SEED=${seed})`).toEqual([]);
}, 300_000);

/** From scratch, from the logs that a node hands out to anyone. */
async function expectSameViews(): Promise<number> {
  const { stage } = game;
  expect(await node.now()).toBe(stage.now);
  const world = foldLogs(emptyWorld(stage.world.places), await allLogs(node));
  const views = allViews(stage, world);
  const { onChain, fromEvents } = await compareViews(node, views);
  expect(onChain, `DIN_SEED=${seed}`).toEqual(fromEvents);
  return views.length;
}

function report(actions: number, views: number): string {
  const rows = [...game.tallies].map(
    ([kind, { done, refused }]) => `  ${kind.padEnd(32)} ${done} done, ${refused} refused`,
  );
  const total = (key: 'done' | 'refused') =>
    [...game.tallies.values()].reduce((sum, tally) => sum + tally[key], 0);
  const events = [...game.stage.world.events].map(([kind, count]) => `${kind} ${count}`).join(', ');
  return [
    `${actions} steps: ${total('done')} done, ${total('refused')} refused; ${views} views compared`,
    ...rows,
    `  events: ${events}`,
  ].join('\n');
}
