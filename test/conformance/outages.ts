import { expect, it } from 'vitest';
import { leavesOutLogs } from '../fixtures/faultyEndpoint.ts';
import type { CastSize } from '../fixtures/registryHistoryCast.ts';
import { type Scene, WITHIN } from './scene.ts';
import type { World } from './world.ts';

const FEW = { providers: 2, newcomers: 0 } as const;

/** What happens to all that lies between the chain and a source. */
export function outages(kind: World['kind'], begin: (size: CastSize) => Promise<Scene>): void {
  /** One after the other, each in a block. */
  async function pauseAll(
    { chain, cast }: Scene,
    functionName: 'pauseService' | 'resumeService' = 'pauseService',
  ) {
    for (const provider of cast.providers) {
      const args = [cast.networks[0]?.key ?? '0x'] as const;
      expect(await chain.send(chain.registry(provider, { functionName, args }))).toBe(true);
    }
  }

  it('goes on from its checkpoint, and asks for nothing before it', async () => {
    const scene = await begin(FEW);
    const { world } = scene;
    // By the chain itself, which tells what is final: a checkpoint is there at once, and serves an indexer's reader, too.
    world.indexer?.line.cut();
    await scene.subject.restart();
    await scene.check();
    await scene.subject.stop();
    scene.mendAll();
    await pauseAll(scene);
    world.asked.length = 0;
    await scene.subject.restart();
    await scene.check();
    const [saved] = scene.subject.runs().at(-1)?.sets ?? [];
    expect(world.logged).toContainEqual(expect.objectContaining({ event: 'checkpoint_loaded' }));
    expect(saved?.block.number).toBeGreaterThan(world.chain.deployment.deploymentBlock);
    expect(world.asked.toSorted((a, b) => Number(a - b))[0]).toBeGreaterThan(Number(saved?.block.number));
    await scene.checkAll();
  });

  it('takes the next endpoint when one dies', async () => {
    const scene = await begin(FEW);
    const { world } = scene;
    await scene.check();
    world.indexer?.line.cut();
    world.endpoints[0].cut();
    await pauseAll(scene);
    await scene.check();
    world.endpoints[0].mend();
    world.endpoints[1].cut();
    await pauseAll(scene, 'resumeService');
    await scene.checkAll();
  });

  it.each(['while it is followed', 'while it is loaded'])(
    'does not believe an endpoint that leaves out events %s',
    async (when) => {
      const scene = await begin(FEW);
      const { world } = scene;
      world.indexer?.line.cut();
      await scene.check();
      world.logged.length = 0;
      world.endpoints[0].behave(leavesOutLogs());
      if (when === 'while it is loaded') await scene.subject.restart();
      const isLeft = () => world.logged.some((entry) => 'fault' in entry && entry.fault === 'missingLogs');
      // On a slow machine it may have been left as late before it had a chance to lie.
      for (let turn = 0; !isLeft(); turn += 1) {
        await pauseAll(scene, turn % 2 === 0 ? 'pauseService' : 'resumeService');
        await scene.check();
      }
      await scene.checkAll();
    },
  );

  it('shows its last set, and how old it is, while nobody answers, and is live again afterwards', async () => {
    const scene = await begin(FEW);
    const { world } = scene;
    const set = await scene.atHead();
    const source = scene.subject.source();
    for (const line of world.lines) line.cut();
    await pauseAll(scene);
    await expect.poll(() => source.status().state, WITHIN).toBe('stale');
    const { ageMs, lastError } = source.status();
    await expect.poll(() => source.status().ageMs, WITHIN).toBeGreaterThan(ageMs);
    expect(source.current()?.block).toEqual(set.block);
    expect(lastError).not.toContain('127.0.0.1');
    await scene.checkAll();
  });

  if (kind === 'chain') return;
  it('goes by the chain while the indexer is dead, says so, and returns', async () => {
    const scene = await begin(FEW);
    const { indexer, logged } = scene.world;
    const source = scene.subject.source();
    await expect.poll(() => source.status().via, WITHIN).toBe('graphql');
    await indexer?.kill();
    await pauseAll(scene);
    await scene.check();
    await expect.poll(() => source.status().via, WITHIN).toBe('chain');
    expect(logged).toContainEqual(expect.objectContaining({ event: 'graphql_source_left' }));
    await indexer?.start();
    await expect.poll(() => source.status().via, WITHIN).toBe('graphql');
    expect(logged).toContainEqual(expect.objectContaining({ event: 'graphql_source_back' }));
    await pauseAll(scene, 'resumeService');
    await scene.checkAll();
  });
}
