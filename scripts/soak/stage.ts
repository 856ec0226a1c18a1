import { join } from 'node:path';
import { startWatcherWorld, type WatcherWorld } from '../../test/fixtures/watcherWorld.ts';
import { rpc } from '../devnet/anvilProcess.ts';
import { DEV_ROLES } from '../devnet/devAccounts.ts';
import { startAnvil } from '../lib/anvil.ts';
import { type Endpoint, startEndpoint } from './endpoint.ts';
import { type Line, openLine } from './line.ts';
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
  readonly network: readonly Line[];
}

/** The settlement chain, the network's node, providers before it, and watchers, each with lines of its own. */
export interface SoakStage {
  readonly world: WatcherWorld;
  readonly nodeUrl: string;
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
const FIRST_BLOCKS = '0x60';

/** Nobody runs yet: watchers are started by the caller, and blocks come when they are asked for. */
export async function setSoakStage({ providers, watchers, onLost }: StageOptions): Promise<SoakStage> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  };
  try {
    const [world, node] = await Promise.all([
      startWatcherWorld({
        sla: SLA,
        parameters: {
          ...{ epochSeconds: EPOCH_SECONDS, commitSeconds: COMMIT_SECONDS, revealSeconds: REVEAL_SECONDS },
          ...{ vetoSeconds: VETO_SECONDS, evidenceSeconds: EVIDENCE_SECONDS, repeatSeconds: REPEAT_SECONDS },
          penalties: PENALTIES.map((penalty) => ({ ...penalty })) as never,
          thawSeconds: 10 * (EPOCH_SECONDS + EVIDENCE_SECONDS),
          courtChangeSeconds: 20 * (EPOCH_SECONDS + EVIDENCE_SECONDS),
          escrowThawSeconds: 30 * (EPOCH_SECONDS + EVIDENCE_SECONDS),
        },
      }),
      startAnvil({ chainId: CHAIN_ID, flags: ['--no-mining'] }),
    ]);
    cleanups.push(
      () => world.stop(),
      () => node.stop(),
    );
    await rpc(node.url, 'anvil_mine', [FIRST_BLOCKS]);

    const endpoints: Endpoint[] = [];
    for (let provider = 0; provider < providers; provider++) {
      const endpoint = await startEndpoint(provider, node.url);
      endpoints.push(endpoint);
      cleanups.push(() => endpoint.close());
    }
    const staff: SoakWatcher[] = [];
    for (let watcher = 0; watcher < watchers; watcher++) {
      const settlement = await openLine(world.settlement.url);
      const network = await Promise.all(endpoints.map(({ url }) => openLine(url)));
      cleanups.push(() => Promise.all([settlement, ...network].map((line) => line.close())));
      const process = createWatcherProcess(
        {
          rpcUrl: settlement.url,
          registry: world.deployment.registry,
          account: DEV_ROLES.firstWatcher + watcher,
          stateDir: join(world.dir, `watcher-${watcher}`),
          probeIntervalMs: PROBE_INTERVAL_MS,
          lines: Object.fromEntries(endpoints.map(({ url }, index) => [url, network[index]?.url ?? url])),
        },
        onLost,
      );
      staff.push({ process, settlement, network });
    }
    cleanups.push(() => Promise.all(staff.map(({ process }) => process.stop())));
    await Promise.all([
      ...endpoints.map(({ url }, index) =>
        world.enlistProvider(world.account(DEV_ROLES.firstProvider + index), url),
      ),
      ...staff.map((_, index) => world.enlistWatcher(world.account(DEV_ROLES.firstWatcher + index))),
    ]);
    await world.fundRewards(REWARD_POOL);
    return { world, nodeUrl: node.url, endpoints, watchers: staff, close };
  } catch (error) {
    await close();
    throw error;
  }
}
