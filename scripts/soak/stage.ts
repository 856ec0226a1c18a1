import { join } from 'node:path';
import { startWatcherWorld, type WatcherWorld } from '../../test/fixtures/watcherWorld.ts';
import { DEV_ROLES } from '../devnet/devAccounts.ts';
import { type Endpoint, startEndpoint } from './endpoint.ts';
import { type Line, openLine } from './line.ts';
import { type ServedNetwork, startServedNetwork } from './servedNetwork.ts';
import {
  COMMIT_SECONDS,
  EPOCH_SECONDS,
  EVIDENCE_SECONDS,
  PENALTIES,
  PROBE_INTERVAL_MS,
  REPEAT_SECONDS,
  REVEAL_SECONDS,
  SLA,
  VETO_SECONDS,
} from './terms.ts';
import { createWatcherProcess, type WatcherProcess } from './watcherProcess.ts';

/** A watcher's process and the two ways that it has. */
export interface SoakWatcher {
  readonly process: WatcherProcess;
  readonly settlement: Line;
  /** To each provider. */
  readonly lines: readonly Line[];
}

/** The settlement chain, the network's node, providers before it, and watchers, each with lines of its own. */
export interface SoakStage {
  readonly world: WatcherWorld;
  readonly network: ServedNetwork;
  readonly endpoints: readonly Endpoint[];
  readonly watchers: readonly SoakWatcher[];
  close(): Promise<void>;
}

export interface StageOptions {
  readonly providers: number;
  readonly watchers: number;
  readonly onLost: (what: string) => void;
}

const CHAIN_ID = 1337;
const REWARD_POOL = 10_000n * 10n ** 18n;
/** Blocks that are final already when the first is asked for. */
const FIRST_BLOCKS = 96;

/** Nobody runs yet: watchers are started by the caller, and blocks come when they are asked for. */
export async function setSoakStage({ providers, watchers, onLost }: StageOptions): Promise<SoakStage> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  try {
    const [world, network] = await Promise.all([
      startWatcherWorld({
        sla: SLA,
        parameters: {
          ...{ epochSeconds: EPOCH_SECONDS, commitSeconds: COMMIT_SECONDS, revealSeconds: REVEAL_SECONDS },
          ...{ vetoSeconds: VETO_SECONDS, evidenceSeconds: EVIDENCE_SECONDS, repeatSeconds: REPEAT_SECONDS },
          penalties: PENALTIES,
          thawSeconds: 10 * (EPOCH_SECONDS + EVIDENCE_SECONDS),
          courtChangeSeconds: 20 * (EPOCH_SECONDS + EVIDENCE_SECONDS),
          escrowThawSeconds: 30 * (EPOCH_SECONDS + EVIDENCE_SECONDS),
        },
      }),
      startServedNetwork(CHAIN_ID),
    ]);
    cleanups.push(
      () => world.stop(),
      () => network.stop(),
    );
    await network.mine(FIRST_BLOCKS, 0);

    const endpoints: Endpoint[] = [];
    for (let provider = 0; provider < providers; provider++) {
      const endpoint = await startEndpoint(provider, network.url);
      endpoints.push(endpoint);
      cleanups.push(() => endpoint.close());
    }
    const staff: SoakWatcher[] = [];
    for (let watcher = 0; watcher < watchers; watcher++) {
      const settlement = await openLine(world.settlement.url);
      const lines = await Promise.all(endpoints.map(({ url }) => openLine(url)));
      cleanups.push(() => Promise.all([settlement, ...lines].map((line) => line.close())));
      const process = createWatcherProcess(
        {
          rpcUrl: settlement.url,
          registry: world.deployment.registry,
          account: DEV_ROLES.firstWatcher + watcher,
          stateDir: join(world.dir, `watcher-${watcher}`),
          probeIntervalMs: PROBE_INTERVAL_MS,
          lines: Object.fromEntries(endpoints.map(({ url }, index) => [url, lines[index]?.url ?? url])),
        },
        onLost,
      );
      staff.push({ process, settlement, lines });
    }
    cleanups.push(() => Promise.all(staff.map(({ process }) => process.stop())));
    await Promise.all([
      ...endpoints.map(({ url }, index) =>
        world.enlistProvider(world.account(DEV_ROLES.firstProvider + index), url),
      ),
      ...staff.map((_, index) => world.enlistWatcher(world.account(DEV_ROLES.firstWatcher + index))),
    ]);
    await world.fundRewards(REWARD_POOL);
    return { world, network, endpoints, watchers: staff, close };
  } catch (error) {
    await close();
    throw error;
  }
}
