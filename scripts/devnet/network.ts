import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DinError } from '../../router/core/dinError.ts';
import type { Deployment } from '../lib/deploy.ts';
import { rpc, startAnvilProcess } from './anvilProcess.ts';
import { createDevnetControl } from './control.ts';
import { deployDevelopment } from './deployDevelopment.ts';
import { DEV_ROLES, devAccount, devAccounts } from './devAccounts.ts';
import { chooseDevnetPorts, type DevnetPorts } from './devnetPorts.ts';
import { type DevnetState, readDevnetControl, writeDevnetState } from './devnetState.ts';
import { controlRequest } from './faultSwitch.ts';
import { gatewayConfig } from './gatewayConfig.ts';
import { gatewayReady } from './gatewayReady.ts';
import { closeServer, listen } from './httpJson.ts';
import { enlistProvider, enlistWatchers, fundRewards, mintTokens, openNetwork } from './participants.ts';
import { createProcesses, type ProcessEndedError, type Processes } from './processes.ts';
import { createProviderFleet, type ProviderFleet } from './providerFleet.ts';

const DIN = fileURLToPath(new URL('../din.js', import.meta.url));
const SETTLEMENT_CHAIN_ID = 31_337;
const SERVED = { caip2: 'eip155:1337', slug: 'devnet', chainId: 1337 } as const;
const BLOCK_SECONDS = 1;
const READY_TIMEOUT_MS = 30_000;
// About 20 samples of each service in an epoch of 10 s.
const PROBE_INTERVAL_MS = 500;
const NAMES = ['alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'india', 'juliett'];

export interface DevnetOptions {
  /** Wiped first. */
  readonly stateDir: string;
  /** 1 to 10. */
  readonly providers: number;
  /** 1 to 10. */
  readonly watchers: number;
  readonly ports: 'usual' | 'any';
  /** The gateway gets this port or the start fails. */
  readonly gatewayPort?: number;
  /** Ends the start, and with it all that runs by then. */
  readonly signal?: AbortSignal;
  /** Something has been done. */
  onStep(line: string): void;
  /** A process has ended that nobody ended. */
  onUnexpectedEnd(ended: ProcessEndedError): void;
}

export interface Devnet {
  readonly state: DevnetState;
  readonly stateFile: string;
  readonly fleet: ProviderFleet;
  /** Ends every process. */
  stop(): Promise<void>;
}

/**
 * Brings up a whole network: two chains, contracts, providers, watchers and a gateway, each its own process. Resolves
 * once the gateway routes to every provider; when that fails nothing is left running.
 * @throws {@link DevnetRunningError}, {@link DevnetAbortedError}, `PortTakenError`, `ProcessEndedError`, `CommandFailedError`.
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  await refuseSecond(options.stateDir);
  const ports = await chooseDevnetPorts(options.ports, options.providers, options.gatewayPort);
  await rm(options.stateDir, { recursive: true, force: true });
  await mkdir(options.stateDir, { recursive: true });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const onAbort = () => failed.reject(new DevnetAbortedError());
  options.signal?.addEventListener('abort', onAbort, { once: true });
  if (options.signal?.aborted === true) throw new DevnetAbortedError();
  const processes = createProcesses({
    logDir: join(options.stateDir, 'logs'),
    onUnexpectedEnd(ended) {
      options.onUnexpectedEnd(ended);
      failed.reject(ended);
    },
  });
  try {
    const up = bringUp(options, ports, processes);
    // What it says after it has been given up is of no interest.
    up.catch(() => {});
    return await Promise.race([up, failed.promise]);
  } catch (error) {
    await processes.stopAll();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

async function bringUp(options: DevnetOptions, ports: DevnetPorts, processes: Processes): Promise<Devnet> {
  const { stateDir, onStep } = options;
  const governor = devAccount(DEV_ROLES.governor);
  const guardian = devAccount(DEV_ROLES.guardian);
  const treasury = devAccount(DEV_ROLES.treasury);
  const providers = participants(DEV_ROLES.firstProvider, options.providers, (index) => ({
    name: NAMES[index] ?? `provider${index + 1}`,
    url: local(ports.providers[index]?.endpoint),
    controlUrl: local(ports.providers[index]?.switch),
  }));
  const watchers = participants(DEV_ROLES.firstWatcher, options.watchers, (index) => ({
    name: `watcher-${index + 1}`,
    stateDir: join(stateDir, `watcher-${index + 1}`),
  }));
  const settlementUrl = local(ports.settlement);
  const servedUrl = local(ports.served);
  const fleet = createProviderFleet(processes, providers, servedUrl);

  const deployContracts = async (): Promise<Deployment> => {
    // Each transaction is mined at once until all is set up; then blocks come by the clock.
    await startAnvilProcess(processes, {
      name: 'settlement',
      chainId: SETTLEMENT_CHAIN_ID,
      port: ports.settlement,
    });
    onStep(`settlement chain ${SETTLEMENT_CHAIN_ID} at ${settlementUrl}`);
    const people = { governor, guardian, treasury };
    const deployment = await deployDevelopment(settlementUrl, people, join(stateDir, 'deployment'), () => {});
    onStep(`contracts deployed with Hardhat Ignition, registry ${deployment.registry}`);
    return deployment;
  };
  const serveNetwork = async (): Promise<void> => {
    const { slug, chainId } = SERVED;
    await startAnvilProcess(processes, {
      name: 'served',
      chainId,
      port: ports.served,
      blockTime: BLOCK_SECONDS,
    });
    await Promise.all(providers.map(({ name }) => fleet.start(name)));
    onStep(`network ${slug} (chain ${chainId}) at ${servedUrl}, ${providers.length} endpoints before it`);
  };
  const enlist = async (deployment: Deployment, served: Promise<void>): Promise<void> => {
    const context = { rpcUrl: settlementUrl, registry: deployment.registry };
    await Promise.all([
      // Anyone may mint; another account than the governor's, whose nonces are in use.
      mintTokens(settlementUrl, deployment, treasury, [...providers, ...watchers, treasury]),
      openNetwork(context, governor, SERVED),
      served,
    ]);
    onStep(`governor opened ${SERVED.caip2}`);
    await Promise.all([
      fundRewards(context, treasury).then(() => onStep('the pool of rewards for watchers is filled')),
      Promise.all(providers.map((provider) => enlistProvider(context, provider, SERVED.slug))).then(() =>
        onStep(`providers registered and staked: ${names(providers)}`),
      ),
      enlistWatchers(context, governor, watchers).then(() =>
        onStep(`watchers admitted and joined: ${names(watchers)}`),
      ),
    ]);
  };

  const served = serveNetwork();
  served.catch(() => {});
  const deployment = await deployContracts();
  const configFile = join(stateDir, 'gateway.yaml');
  await writeFile(
    configFile,
    gatewayConfig({
      port: ports.gateway,
      chainId: SETTLEMENT_CHAIN_ID,
      settlementUrl,
      registry: deployment.registry,
    }),
  );
  const gatewayUrl = local(ports.gateway);
  const gateway = processes.start({
    name: 'gateway',
    command: process.execPath,
    args: [DIN, 'gateway', '--config', configFile],
  });
  await enlist(deployment, served);
  await rpc(settlementUrl, 'evm_setIntervalMining', [BLOCK_SECONDS]);
  await Promise.all([
    Promise.all(watchers.map((watcher) => startWatcher(processes, watcher, settlementUrl, deployment))).then(
      () => onStep('watchers measure'),
    ),
    gateway
      .ready(
        gatewayReady({ gatewayUrl, slug: SERVED.slug, providers: providers.length, say: onStep }),
        READY_TIMEOUT_MS,
      )
      .then(() => onStep(`gateway at ${gatewayUrl} found all ${providers.length} providers on-chain`)),
  ]);

  const { deploymentBlock, chainId, ...contracts } = deployment;
  const control = createDevnetControl(
    () => state,
    fleet,
    (provider, mode) =>
      onStep(mode === 'none' ? `${provider} is well` : `${provider} fails on command: ${mode}`),
  );
  const controlPort = await listen(control, ports.control);
  const state: DevnetState = {
    pid: process.pid,
    controlUrl: local(controlPort),
    gateway: { url: gatewayUrl, rpcUrl: `${gatewayUrl}/${SERVED.slug}`, config: configFile },
    settlement: { chainId, rpcUrl: settlementUrl, deploymentBlock, contracts },
    network: { ...SERVED, rpcUrl: servedUrl },
    governor,
    guardian,
    treasury,
    providers,
    watchers,
    users: devAccounts(DEV_ROLES.firstUser, DEV_ROLES.users),
    processes: processes.running().map(({ name, pid, logFile }) => ({ name, pid, log: logFile })),
  };
  return {
    state,
    stateFile: await writeDevnetState(stateDir, state),
    fleet,
    async stop() {
      await Promise.all([closeServer(control), processes.stopAll()]);
    },
  };
}

function participants<Fields extends object>(
  first: number,
  count: number,
  fields: (index: number) => Fields,
) {
  return devAccounts(first, count).map((account, index) => ({ ...fields(index), ...account }));
}

function names(people: readonly { readonly name: string }[]): string {
  return people.map(({ name }) => name).join(', ');
}

function local(port: number | undefined): string {
  return `http://127.0.0.1:${port}`;
}

async function startWatcher(
  processes: Processes,
  watcher: { readonly name: string; readonly stateDir: string; readonly privateKey: string },
  rpcUrl: string,
  { registry }: Deployment,
): Promise<void> {
  const args = [
    DIN,
    'watcher',
    'run',
    '--rpc',
    rpcUrl,
    '--registry',
    registry,
    '--state-dir',
    watcher.stateDir,
  ];
  args.push('--probe-interval-ms', String(PROBE_INTERVAL_MS), '--allow-private-endpoints');
  const started = processes.start({
    name: watcher.name,
    command: process.execPath,
    args,
    env: { DIN_PRIVATE_KEY: watcher.privateKey },
  });
  // It has no port to ask; its log is how it speaks.
  const speaks = async () =>
    (await readFile(started.logFile, 'utf8')).includes('"watcher_started"') ? true : undefined;
  await started.ready(speaks, READY_TIMEOUT_MS);
}

/** Two networks in one directory would wipe each other's state. */
async function refuseSecond(stateDir: string): Promise<void> {
  const last = await readDevnetControl(stateDir).catch(() => undefined);
  if (last === undefined) return;
  const running = await controlRequest<{ pid?: number }>(`${last.controlUrl}/state`).catch(() => undefined);
  if (running?.pid === last.pid) throw new DevnetRunningError(stateDir, last.pid);
}

export class DevnetRunningError extends DinError {
  readonly code = 'DEVNET_RUNNING';
  constructor(stateDir: string, pid: number) {
    super(
      `a development network runs already in ${stateDir} (process ${pid}): end it first with Ctrl-C there`,
    );
  }
}

export class DevnetAbortedError extends DinError {
  readonly code = 'DEVNET_ABORTED';
  constructor() {
    super('the start of the development network was broken off');
  }
}
