import fc from 'fast-check';
import { type Action, type Step, step } from '../fixtures/registryHistory.ts';
import { anyAction, anyEvent } from '../fixtures/registryHistoryActions.ts';
import type { Line } from './line.ts';
import type { Scene } from './scene.ts';
import type { World } from './world.ts';

// Blocks. The chain itself calls those final that are 64 old; Ponder, those that are 30 old.
const MAX_REORG_DEPTH = { chain: 40, graphql: 12 };
const LINES = { chain: ['endpoint 0', 'endpoint 1'], graphql: ['endpoint 0', 'endpoint 1', 'indexer'] };
// Each block costs Ponder some hundred milliseconds on a machine under load.
const LENGTH = { chain: { minLength: 10, maxLength: 50 }, graphql: { minLength: 6, maxLength: 16 } };

/** Events of a registry, and what else goes wrong between it and a source. */
export function arbitraryHistory(kind: World['kind']): fc.Arbitrary<readonly Step<Scene>[]> {
  const dense = kind === 'graphql';
  const line = fc.constantFrom(...LINES[kind]);

  const cut = step<Scene, [string]>('dies', [line], async ({ world }, name) => {
    lineOf(world, name).cut();
    return [];
  });
  const mend = step<Scene, [string]>('comes back', [line], async ({ world }, name) => {
    lineOf(world, name).mend();
    return [];
  });
  const allDie = step<Scene, []>('all die', [], async ({ world }) => {
    for (const each of world.lines) each.cut();
    return [];
  });
  const restart = step<Scene, []>('restart', [], async ({ subject }) => {
    await subject.restart();
    return [];
  });
  const check = step<Scene, []>('check', [], async (scene) => {
    await scene.check();
    return [];
  });
  const reorg = step<Scene, [number]>(
    'reorg',
    [fc.integer({ min: 1, max: MAX_REORG_DEPTH[kind] })],
    async ({ chain, journal, keep }, depth) => {
      await keep(depth);
      await chain.reorg(depth);
      await journal.note();
      return ['reorg'];
    },
  );
  const actions = fc.array(anyAction, { minLength: 1, maxLength: 8 });
  const otherActions = fc.array(anyAction, { maxLength: 8 });
  const branch = step<Scene, [boolean, Action[], Action[]]>(
    'branch',
    [fc.boolean(), actions, otherActions],
    branchOff,
  );

  return fc.array(
    fc.oneof(
      { weight: 40, arbitrary: anyEvent({ dense }) as fc.Arbitrary<Step<Scene>> },
      { weight: 3, arbitrary: branch },
      { weight: 2, arbitrary: reorg },
      { weight: 2, arbitrary: restart },
      { weight: 2, arbitrary: cut },
      { weight: 3, arbitrary: mend },
      { weight: 1, arbitrary: allDie },
      { weight: 3, arbitrary: check },
    ),
    { ...LENGTH[kind], size: 'max' },
  );
}

function lineOf({ lines }: World, name: string): Line {
  const found = lines.find((line) => line.name === name);
  if (found === undefined) throw new RangeError(`there is no ${name}`);
  return found;
}

/** One branch goes, with or without the source having seen it whole, and another that is longer takes its place. */
async function branchOff(
  { chain, cast, journal, isReachable, atHead, keep }: Scene,
  isSeen: boolean,
  gone: readonly Action[],
  others: readonly Action[],
): Promise<readonly string[]> {
  const snapshot = await chain.snapshot();
  for (const each of gone) await each.run({ chain, cast });
  if (isSeen && isReachable()) await atHead();
  await keep(gone.length);
  await chain.revert(snapshot);
  const accepted = ['branch'];
  for (const each of others) accepted.push(...(await each.run({ chain, cast })));
  await chain.mine(Math.max(1, gone.length - others.length + 1));
  await journal.note();
  return accepted;
}
