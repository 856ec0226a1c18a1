import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CastSize } from '../fixtures/registryHistoryCast.ts';
import { arbitraryHistory } from './disturbances.ts';
import { outages } from './outages.ts';
import { registryScenarios } from './registryScenarios.ts';
import { isReplay, playHistories, playSteps, timeoutOf } from './replay.ts';
import { createSceneMaker, type Scene } from './scene.ts';
import type { World } from './world.ts';

const START_TIMEOUT_MS = 180_000;
// A wait for a set has its own limit, and says more when it is over.
const TEST_TIMEOUT_MS = 240_000;
const EACH_MS = 60_000;

/**
 * What holds for every source of provider sets, whatever happens on the chain and to all that lies in between.
 * `runs`: random histories, one after the other; `DIN_RUNS=` plays more or fewer.
 */
export function providerSourceConformance(
  name: string,
  { kind, runs }: { readonly kind: World['kind']; readonly runs: number },
  createWorld: () => Promise<World>,
): void {
  const scenes = createSceneMaker(createWorld);
  const begun: Scene[] = [];

  beforeAll(() => scenes.prepare(), START_TIMEOUT_MS);
  afterAll(() => scenes.stop(), START_TIMEOUT_MS);
  afterEach(async () => {
    for (const scene of begun.splice(0)) await scene.stop();
  });

  async function begin(size?: CastSize): Promise<Scene> {
    const scene = await scenes.begin(size);
    begun.push(scene);
    return scene;
  }

  describe(name, { timeout: TEST_TIMEOUT_MS }, () => {
    registryScenarios(begin);
    outages(kind, begin);

    it(
      'is exact after any history',
      async () => {
        const accepted = new Set<string>();
        await playHistories(arbitraryHistory(kind), runs, async (steps) => {
          const scene = await begin();
          try {
            await playSteps(scene, steps, (what) => accepted.add(what));
            await scene.checkAll();
          } finally {
            await scene.stop();
          }
        });
        if (isReplay) return;
        // Or the histories would prove nothing.
        expect(accepted.size).toBeGreaterThan(5);
      },
      timeoutOf(runs, EACH_MS),
    );
  });
}
