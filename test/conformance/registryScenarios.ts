import type { Address } from 'viem';
import { expect, it } from 'vitest';
import { activeServices, isActive, type ProviderSet } from '../../router/registry/providerSet.ts';
import { courtOf, storm } from '../fixtures/registryHistoryActions.ts';
import {
  arrive,
  type Cast,
  type CastSize,
  FIRST_STAKE,
  offer,
  rotateSigner,
  stake,
} from '../fixtures/registryHistoryCast.ts';
import { ROLE_PROVIDER, SLA } from '../fixtures/settlementCalls.ts';
import { governor } from '../fixtures/settlementChain.ts';
import type { Scene } from './scene.ts';

const FEW = { providers: 2, newcomers: 1 } as const;
const CROWD = 60;
const JAIL_SECONDS = 1_000;

/** What happens to registries, by its name. */
export function registryScenarios(begin: (size: CastSize) => Promise<Scene>): void {
  it('takes in a storm of registrations', async () => {
    const scene = await begin({ providers: 1, newcomers: CROWD });
    await storm(scene, 0);
    const [{ key }] = someOf(scene.cast.networks);
    expect(activeServices(await scene.atHead(), key).size).toBe(CROWD + 1);
    await scene.checkAll();
  });

  it('drops a provider in the block in which it is slashed under the minimum, and takes it back with new stake', async () => {
    const scene = await begin(FEW);
    const { chain, cast } = scene;
    const [slashed] = someOf(cast.providers);
    const court = await courtOf(chain);
    const args = [ROLE_PROVIDER, slashed, 51n] as const;
    await chain.send(chain.vault(court, { functionName: 'lock', args }));
    expect(activity(await scene.atHead(), cast)).toEqual(['both', 'both']);
    await chain.send(chain.vault(court, { functionName: 'slash', args: [...args, governor.address, 0n] }));
    expect(activity(await scene.atHead(), cast)).toEqual(['none', 'both']);
    await chain.send(stake(chain, slashed, 1n));
    expect(activity(await scene.atHead(), cast)).toEqual(['both', 'both']);
    await scene.check();
  });

  it('drops all services of a network that is retired', async () => {
    const scene = await begin(FEW);
    const { chain, cast } = scene;
    const [{ key }] = someOf(cast.networks);
    await chain.send(chain.registry(governor.address, { functionName: 'retireNetwork', args: [key] }));
    const set = await scene.atHead();
    expect(activeServices(set, key).size).toBe(0);
    expect(activity(set, cast)).toEqual(['one', 'one']);
    await scene.check();
  });

  it("asks a network's new minimum of each service once it is synced or updated", async () => {
    const scene = await begin(FEW);
    const { chain, cast } = scene;
    const [first, second] = cast.providers as [Address, Address];
    const [{ key }] = someOf(cast.networks);
    const byGovernor = (call: Parameters<typeof chain.registry>[1]) =>
      chain.send(chain.registry(governor.address, call));
    const setMinimum = (minStake: bigint) =>
      byGovernor({ functionName: 'updateNetwork', args: [key, { minStake, sla: SLA }] });
    await setMinimum(FIRST_STAKE);
    expect(activity(await scene.atHead(), cast)).toEqual(['both', 'both']);
    await byGovernor({ functionName: 'syncService', args: [first, key] });
    expect(activity(await scene.atHead(), cast)).toEqual(['none', 'both']);
    await setMinimum(1n);
    const args = [key, 'http://127.0.0.1:1/moved', 3] as const;
    for (const id of [first, second]) {
      await chain.send(chain.registry(id, { functionName: 'updateService', args }));
    }
    const set = await scene.atHead();
    expect(activity(set, cast)).toEqual(['both', 'both']);
    expect(set.providers.get(second)?.requiredStake).toBe(101n);
    await scene.check();
  });

  it('follows the rotation of a signer', async () => {
    const scene = await begin(FEW);
    const { chain, cast } = scene;
    const [owner] = someOf(cast.providers);
    const [{ key }] = someOf(cast.networks);
    const [first, second] = cast.keys as [Cast['keys'][0], Cast['keys'][0]];
    const pauseBy = (signer: typeof first) =>
      chain.send(chain.registry(signer.address, { functionName: 'pauseService', args: [key] }));
    const resume = () => chain.send(chain.registry(owner, { functionName: 'resumeService', args: [key] }));
    for (const [signer, other] of [
      [first, second],
      [second, first],
    ] as const) {
      expect(await chain.send(await rotateSigner(chain, owner, signer))).toBe(true);
      expect((await scene.atHead()).providers.get(owner)?.signer).toBe(signer.address);
      expect(await pauseBy(other)).toBe(false);
      expect(await pauseBy(signer)).toBe(true);
      expect(activity(await scene.atHead(), cast)).toEqual(['one', 'both']);
      await resume();
    }
    await scene.check();
  });

  it('takes a provider back with the first block after its jail, without an event', async () => {
    const scene = await begin(FEW);
    const { chain, cast } = scene;
    const [jailed] = someOf(cast.providers);
    const end = (await chain.time()) + JAIL_SECONDS;
    await chain.send(chain.registry(await courtOf(chain), { functionName: 'jail', args: [jailed, end] }));
    expect(activity(await scene.atHead(), cast)).toEqual(['none', 'both']);
    await chain.mineAt(end - 1);
    expect(activity(await scene.atHead(), cast)).toEqual(['none', 'both']);
    await chain.mineAt(end);
    expect(activity(await scene.atHead(), cast)).toEqual(['both', 'both']);
    await scene.check();
  });

  it('undoes a registration and a jail that a longer branch does not have', async () => {
    const scene = await begin(FEW);
    const { chain, cast } = scene;
    const before = await chain.snapshot();
    await registerAndJail(scene);
    await scene.keep(3);
    await chain.revert(before);
    const [, other] = cast.providers;
    const [{ key }] = someOf(cast.networks);
    await chain.send(
      chain.registry(other ?? governor.address, { functionName: 'pauseService', args: [key] }),
    );
    await chain.mine(4);
    const set = await scene.atHead();
    expect(set.providers.get(someOf(cast.newcomers)[0])).toBeUndefined();
    expect(activity(set, cast)).toEqual(['both', 'one']);
    await scene.checkAll();
  });

  it('undoes a registration and a jail when the newest blocks are emptied', async () => {
    const scene = await begin(FEW);
    const { chain, cast } = scene;
    await registerAndJail(scene);
    await scene.keep(3);
    await chain.reorg(3);
    const set = await scene.atHead();
    expect(set.providers.get(someOf(cast.newcomers)[0])).toBeUndefined();
    expect(activity(set, cast)).toEqual(['both', 'both']);
    await scene.checkAll();
  });
}

/** In three blocks, which the source has seen. */
async function registerAndJail(scene: Scene): Promise<void> {
  const { chain, cast } = scene;
  const [newcomer] = someOf(cast.newcomers);
  const [jailed] = someOf(cast.providers);
  const [{ key }] = someOf(cast.networks);
  const until = (await chain.time()) + JAIL_SECONDS;
  await chain.sendTogether(arrive(chain, newcomer));
  await chain.send(offer(chain, newcomer, key, 'http://127.0.0.1:1/new', 1));
  await chain.send(chain.registry(await courtOf(chain), { functionName: 'jail', args: [jailed, until] }));
  const set = await scene.atHead();
  expect(isActive(set, newcomer, key)).toBe(true);
  expect(activity(set, cast)).toEqual(['none', 'both']);
}

/** On how many of the two networks that are open each provider is active. */
function activity(set: ProviderSet, { providers, networks }: Cast): string[] {
  return providers.map((id) => {
    const active = networks.filter(({ key }) => isActive(set, id, key));
    return ['none', 'one', 'both'][active.length] ?? 'more';
  });
}

function someOf<T>(items: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = items;
  if (first === undefined) throw new RangeError('there are none');
  return [first, ...rest];
}
