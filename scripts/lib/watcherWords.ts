import { type Address, getAbiItem } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';
import { firstBlockSince } from '../../router/chain/blockAtTime.ts';
import { NoCourtError } from '../../router/chain/contracts.ts';
import { lastClosedEpoch, windowsOf } from '../../router/chain/epochClock.ts';
import { unixSeconds } from '../../router/core/units.ts';
import { inTurns } from '../../router/indexer/record/inTurns.ts';
import { judgeRevealed } from '../../router/indexer/record/judgeRevealed.ts';
import { createRevealBook, type RevealBook } from '../../router/indexer/record/revealBook.ts';
import { readWatchedContracts, type WatchedContracts } from '../../router/indexer/record/watchedContracts.ts';
import { type Services, scoresOf } from '../../router/registry/judgeEpoch.ts';
import type { EpochRecord, NetworkRecord } from '../../router/registry/networkRecord.ts';
import { type NetworkKey, serviceKey } from '../../router/registry/providerSet.ts';
import { SCORED_EPOCHS } from '../../router/registry/scores.ts';
import { sinceBlock } from './events.ts';
import type { Network } from './networks.ts';
import type { Session } from './session.ts';

/** What watchers revealed of the newest epochs that are over, and what gateways make of it. */
export type WatcherWords = Pick<NetworkRecord, 'epochs' | 'scores'>;

const NOTHING: WatcherWords = { epochs: [], scores: new Map() };

/** Judged as gateways do, beside all services of these networks. Nothing while there is no court, and so no hub. */
export async function readWatcherWords(
  session: Session,
  networks: readonly Network[],
): Promise<WatcherWords> {
  const { client } = session;
  const watched = networks.length > 0 ? await findWatched(session) : undefined;
  if (watched === undefined) return NOTHING;
  const { hub, params, deploymentBlock } = watched;
  const head = await client.getBlock();
  const last = lastClosedEpoch(params, unixSeconds(head.timestamp));
  if (last === undefined) return NOTHING;
  const first = Math.max(0, last - SCORED_EPOCHS + 1);
  const since = windowsOf(params, first).commitEnd;
  const [services, reveals] = await Promise.all([
    readServices(session, networks),
    readReveals(
      session,
      hub,
      await firstBlockSince(client, since, deploymentBlock, head.number),
      (epoch) => epoch >= first && epoch <= last,
    ),
  ]);
  const epochs: EpochRecord[] = [];
  for (let epoch = last; epoch >= first; epoch -= 1) {
    if (reveals.version(epoch) === 0) continue;
    epochs.push(await judgeRevealed({ client, hub, epoch, reveals }, () => services));
  }
  return { epochs, scores: await inTurns(scoresOf(epochs, last)) };
}

async function findWatched({ client, contracts }: Session): Promise<WatchedContracts | undefined> {
  try {
    return await readWatchedContracts(client, contracts.registry);
  } catch (error) {
    if (error instanceof NoCourtError) return undefined;
    throw error;
  }
}

/** All that were ever offered on these networks: they are compared with each other. */
async function readServices({ client, contracts }: Session, networks: readonly Network[]): Promise<Services> {
  const slas = new Map(networks.map(({ key, sla }) => [key, sla]));
  const added = await sinceBlock(client, contracts.deploymentBlock, (range) =>
    client.getContractEvents({
      ...{ address: contracts.registry, abi: providerRegistryAbi, eventName: 'ServiceAdded', strict: true },
      args: { network: networks.map(({ key }) => key) },
      ...range,
    }),
  );
  return {
    services: added.map(({ args: { provider, network, serviceId: id } }) => ({
      ...{ id, network: network as NetworkKey },
      key: serviceKey(provider, network as NetworkKey),
    })),
    slaOf: (network) => slas.get(network),
  };
}

async function readReveals(
  { client }: Session,
  hub: Address,
  first: bigint,
  isWanted: (epoch: number) => boolean,
): Promise<RevealBook> {
  const book = createRevealBook({ isWanted, services: () => Number.MAX_SAFE_INTEGER });
  const events = [
    getAbiItem({ abi: watcherHubAbi, name: 'Revealed' }),
    getAbiItem({ abi: watcherHubAbi, name: 'BreachAttested' }),
  ];
  const logs = await sinceBlock(client, first, (range) =>
    client.getLogs({ address: hub, events, strict: true, ...range }),
  );
  for (const log of logs) book.take(log);
  return book;
}
