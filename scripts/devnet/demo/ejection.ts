import { setTimeout as delay } from 'node:timers/promises';
import { isAddressEqual } from 'viem';
import { gatewayStatus, servicesByProvider } from '../gatewayStatus.ts';
import { until } from '../until.ts';
import type { ChainEvent } from './chainEvents.ts';
import { hold, type Stage, stakeOf, userCalls } from './stage.ts';
import { tokens } from './tokens.ts';

const CASE_TIMEOUT_MS = 60_000;
// "Within one settlement block": a block takes 1 s; twice that ends the wait for one that is late.
const EJECTION_TIMEOUT_MS = 2000;
const FAST_POLL_MS = 15;
/** Calls that were on their way when the provider was dropped are over by then. */
const SETTLE_MS = 1500;
const UNROUTED_MS = 3000;
const UNROUTED_CALLS = 100;

export interface Ejection {
  readonly jail: ChainEvent<'ProviderJailed'>;
  readonly seenAt: number;
  readonly afterMs: number;
  readonly afterBlocks: number;
}

/** The dead provider's case opens and is executed, its stake shrinks, and the gateway drops it within one block. */
export async function watchEjection(stage: Stage): Promise<Ejection> {
  const { events, cast, say, client, devnet } = stage;
  const { address, name } = cast.dead;
  const ofDead = <Event extends { readonly args: { readonly provider: `0x${string}` } }>(all: Event[]) =>
    all.find(({ args }) => isAddressEqual(args.provider, address));

  const opened = await until(
    `a case against ${name}`,
    () => ofDead(events.named('CaseOpened')),
    CASE_TIMEOUT_MS,
  );
  say(`the watchers have revealed, the case against ${name} is open (epoch ${opened.args.epoch})`);
  const jail = await until(
    `the execution of the case against ${name}`,
    () => ofDead(events.named('ProviderJailed')),
    CASE_TIMEOUT_MS,
    FAST_POLL_MS,
  );
  const seenAt = performance.now();
  await until(
    `the gateway drops ${name}`,
    async () => ((await serviceOf(stage, address)) === undefined ? true : undefined),
    EJECTION_TIMEOUT_MS,
    FAST_POLL_MS,
  );
  const afterMs = Math.round(performance.now() - seenAt);
  const afterBlocks = Number((await client.getBlockNumber()) - jail.blockNumber);
  hold(afterBlocks <= 1, `the gateway dropped ${name} only ${afterBlocks} blocks after its jail`);
  say(
    `the case is executed in block ${jail.blockNumber}; the gateway has dropped ${name} ${afterMs} ms later`,
  );

  const { vault } = devnet.state.settlement.contracts;
  const before = await stakeOf(client, vault, address, jail.blockNumber - 1n);
  const after = await stakeOf(client, vault, address, jail.blockNumber);
  hold(after < before, `the stake of ${name} did not shrink: ${before} before, ${after} after`);
  say(`its stake: ${tokens(before)} tokens before, ${tokens(after)} after`);
  return { jail, seenAt, afterMs, afterBlocks };
}

/** The provider's endpoint runs again, and no user's call comes while it is jailed. */
export async function checkUnrouted(stage: Stage): Promise<void> {
  const { devnet, cast, load, say } = stage;
  const { name, address } = cast.dead;
  await devnet.fleet.start(name);
  say(`${name}: its operator has started it again; its jail goes on`);
  await delay(SETTLE_MS);
  const [mine, all] = [await userCalls(stage, name), load.stats().calls];
  await delay(UNROUTED_MS);
  await until(
    'calls of users',
    () => (load.stats().calls >= all + UNROUTED_CALLS ? true : undefined),
    CASE_TIMEOUT_MS,
  );
  const came = (await userCalls(stage, name)) - mine;
  hold((await serviceOf(stage, address)) === undefined, `${name} is in /status again while it is jailed`);
  hold(came === 0, `${came} calls reached ${name} while it was jailed`);
  say(`${load.stats().calls - all} calls later, ${name} has not got one of them`);
}

/** The gateway's view of a provider's service; undefined when it knows of none that is active. */
export async function serviceOf(stage: Stage, address: string) {
  const { gateway, network } = stage.devnet.state;
  return servicesByProvider(await gatewayStatus(gateway.url), network.slug).get(address.toLowerCase());
}
