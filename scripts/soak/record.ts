import type { PublicClient } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../router/chain/abi/slashingCourt.ts';
import { watcherHubAbi } from '../../router/chain/abi/watcherHub.ts';
import {
  type Measurement,
  OFFENCES,
  type OffenceName,
  unpackMeasurements,
} from '../../router/chain/commitment.ts';
import type { Deployment } from '../lib/deploy.ts';

/** What a watcher says of a provider, or a case is about. */
export interface Alleged {
  readonly epoch: number;
  readonly provider: number;
  readonly offence: OffenceName;
}

/** All that the settlement chain says about the soak, by the numbers of its people. */
export interface ChainRecord {
  readonly revealed: readonly { readonly epoch: number; readonly watcher: number }[];
  readonly attested: readonly (Alleged & { readonly watcher: number })[];
  readonly opened: readonly (Alleged & { readonly id: string })[];
  readonly executed: readonly { readonly id: string; readonly amount: bigint }[];
  /** What each watcher revealed of each provider. */
  readonly figures: readonly Revealed[];
  /** Spans of the chain's time in which a provider was not measured, in Unix seconds. */
  readonly away: readonly Away[];
}

export interface Revealed extends Omit<Measurement, 'serviceId'> {
  readonly epoch: number;
  readonly watcher: number;
  readonly provider: number;
}

export interface Away {
  readonly provider: number;
  readonly from: number;
  readonly until: number;
}

export interface People {
  readonly providers: readonly string[];
  readonly watchers: readonly string[];
}

export async function readRecord(
  client: PublicClient,
  { hub, court, registry }: Pick<Deployment, 'hub' | 'court' | 'registry'>,
  people: People,
): Promise<ChainRecord> {
  const of = (who: keyof People, address: string) => people[who].indexOf(address);
  const atHub = { address: hub, abi: watcherHubAbi, fromBlock: 0n, strict: true } as const;
  const atCourt = { address: court, abi: slashingCourtAbi, fromBlock: 0n, strict: true } as const;
  const atRegistry = { address: registry, abi: providerRegistryAbi, fromBlock: 0n, strict: true } as const;
  const [revealed, attested, opened, executed, added, paused, resumed] = await Promise.all([
    client.getContractEvents({ ...atHub, eventName: 'Revealed' }),
    client.getContractEvents({ ...atHub, eventName: 'BreachAttested' }),
    client.getContractEvents({ ...atCourt, eventName: 'CaseOpened' }),
    client.getContractEvents({ ...atCourt, eventName: 'CaseExecuted' }),
    client.getContractEvents({ ...atRegistry, eventName: 'ServiceAdded' }),
    client.getContractEvents({ ...atRegistry, eventName: 'ServicePaused' }),
    client.getContractEvents({ ...atRegistry, eventName: 'ServiceResumed' }),
  ]);
  const alleged = (args: { epoch: bigint; provider: string; offence: number }): Alleged => ({
    epoch: Number(args.epoch),
    provider: of('providers', args.provider),
    offence: OFFENCES[args.offence] ?? 'equivocation',
  });
  const timeOf = async (blockNumber: bigint) => Number((await client.getBlock({ blockNumber })).timestamp);
  const jails = executed.map(async ({ args, blockNumber }) => ({
    ...{ provider: of('providers', args.provider), from: await timeOf(blockNumber), until: args.jailedUntil },
  }));
  const pauses = paused.map(async ({ args: { provider }, blockNumber }) => {
    const end = resumed.find((one) => one.args.provider === provider && one.blockNumber > blockNumber);
    return {
      ...{ provider: of('providers', provider), from: await timeOf(blockNumber) },
      until: end === undefined ? Number.POSITIVE_INFINITY : await timeOf(end.blockNumber),
    };
  });
  const ownerOf = new Map(added.map(({ args }) => [args.serviceId, of('providers', args.provider)]));
  return {
    figures: revealed.flatMap(({ args }) =>
      unpackMeasurements(args.measurements).map(({ serviceId, ...figures }) => ({
        ...{ epoch: Number(args.epoch), watcher: of('watchers', args.watcher) },
        ...{ provider: ownerOf.get(serviceId) ?? -1, ...figures },
      })),
    ),
    revealed: revealed.map(({ args }) => ({
      epoch: Number(args.epoch),
      watcher: of('watchers', args.watcher),
    })),
    attested: attested.map(({ args }) => ({ ...alleged(args), watcher: of('watchers', args.watcher) })),
    opened: opened.map(({ args }) => ({ ...alleged(args), id: args.caseId })),
    executed: executed.map(({ args }) => ({ id: args.caseId, amount: args.amount })),
    away: await Promise.all([...jails, ...pauses]),
  };
}

/** Nothing is to be waited for any more: each offence with a quorum has its case, and each case is executed. */
export function isSettled({ attested, opened, executed }: ChainRecord, watchers: number): boolean {
  const nameOf = ({ epoch, provider, offence }: Alleged) => `${epoch} ${provider} ${offence}`;
  const cases = new Set(opened.map(nameOf));
  const isDue = (those: readonly Alleged[]) => 3 * those.length >= 2 * watchers;
  const due = [...Map.groupBy(attested, nameOf)].filter(([, those]) => isDue(those));
  return due.every(([name]) => cases.has(name)) && opened.length === executed.length;
}
