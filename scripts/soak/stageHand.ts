import { setTimeout as delay } from 'node:timers/promises';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { createTransactor } from '../../router/chain/transact.ts';
import { NETWORK } from '../../test/fixtures/watcherWorld.ts';
import { DEV_ROLES } from '../devnet/devAccounts.ts';
import { MAINTENANCE } from './faultKinds.ts';
import { MOST_REORG_BLOCKS } from './plan.ts';
import type { SettlementTime } from './settlementTime.ts';
import type { SoakStage } from './stage.ts';
import type { Act } from './timetable.ts';

const STUCK_AFTER_MS = 2_000;
const LOOK_AGAIN_MS = 300;
/** Of the contracts' `ServiceStatus`. */
const PAUSED = 2;

/** Does what the timetable says. */
export interface StageHand {
  /** Resolves once it is done; what takes a while goes on by itself. */
  perform(act: Act): Promise<void>;
  /** How much of that is not over. */
  pending(): number;
  /** What went wrong with it. */
  readonly failures: readonly string[];
}

export function createStageHand(stage: SoakStage, time: SettlementTime): StageHand {
  const { world, endpoints, watchers } = stage;
  const failures: string[] = [];
  let pending = 0;
  /** Providers whose pause is on the chain. */
  const paused = new Map<number, Promise<boolean>>();

  function transact(provider: number, functionName: 'pauseService' | 'resumeService'): Promise<void> {
    const account = world.account(DEV_ROLES.firstProvider + provider);
    // Blocks come every second, and a reorg may take one away.
    const transactor = createTransactor({ client: world.client, account, stuckAfterMs: STUCK_AFTER_MS });
    const at = { address: world.deployment.registry, abi: providerRegistryAbi } as const;
    return transactor.simulateAndSend({ ...at, functionName, args: [NETWORK] }).then(() => undefined);
  }

  /** Until it is so for longer than a reorg goes back, or the next maintenance begins. */
  async function resume(provider: number): Promise<void> {
    const announced = paused.get(provider);
    if ((await announced) !== true) return;
    const service = { address: world.deployment.registry, abi: providerRegistryAbi } as const;
    const args = [world.account(DEV_ROLES.firstProvider + provider).address, NETWORK] as const;
    const height = async () => Number(await world.client.getBlockNumber());
    let since = await height();
    while (paused.get(provider) === announced && (await height()) <= since + MOST_REORG_BLOCKS) {
      const { status } = await world.client.readContract({ ...service, functionName: 'serviceOf', args });
      if (status === PAUSED) {
        await transact(provider, 'resumeService');
        since = await height();
      }
      await delay(LOOK_AGAIN_MS);
    }
  }

  function goOn(what: string, doing: Promise<void>): void {
    pending += 1;
    void doing
      .catch(
        (error: unknown) => void failures.push(`${what}: ${error instanceof Error ? error.message : ''}`),
      )
      .finally(() => {
        pending -= 1;
      });
  }

  const perform = async (act: Act): Promise<void> => {
    switch (act.kind) {
      case 'fault':
        return await endpoints[act.provider]?.set(act.fault);
      case 'spell': {
        const endpoint = endpoints[act.provider];
        await endpoint?.set(act.fault);
        goOn(
          'end of a spell',
          delay(act.seconds * 1_000).then(() => endpoint?.set(undefined)),
        );
        return;
      }
      case 'line':
        for (const line of watchers[act.watcher]?.lines ?? []) line.turn(act.state);
        return;
      case 'settlement':
        return watchers[act.watcher]?.settlement.turn(act.state);
      case 'kill':
        return await watchers[act.watcher]?.process.kill();
      case 'start':
        return watchers[act.watcher]?.process.start();
      case 'reorg':
        return await time.reorg(act.depth);
      case 'baseFee':
        return await time.setBaseFee(act.gwei);
      case 'pause': {
        const done = transact(act.provider, 'pauseService').then(
          () => true,
          () => false,
        );
        paused.set(act.provider, done);
        return;
      }
      case 'down':
        // A provider that could not announce it stays up.
        if (await Promise.race([paused.get(act.provider), false]))
          await endpoints[act.provider]?.set(MAINTENANCE);
        return;
      case 'back':
        return await endpoints[act.provider]?.set(undefined);
      case 'resume':
        goOn('end of a maintenance', resume(act.provider));
        return;
    }
  };
  return { perform, pending: () => pending, failures };
}
