import { type ChildProcess, spawn } from 'node:child_process';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  type Address,
  createPublicClient,
  createTestClient,
  createWalletClient,
  http,
  parseEther,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount, privateKeyToAddress } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../ignition/lib/verifyDeployment.ts';
import { paymentEscrowAbi } from '../router/chain/abi/paymentEscrow.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { readDeployment } from '../scripts/lib/deployment.ts';
import { deploymentPath } from '../scripts/lib/deployPaths.ts';
import { type DinRun, errorCode, run } from './fixtures/cliChain.ts';
import { type Fate, startRelay } from './fixtures/relay.ts';

const DIN = join(import.meta.dirname, '../scripts/din.ts');
const DEVNET = join(import.meta.dirname, '../ignition/parameters/devnet.json');
const SEPOLIA_CHAIN_ID = 11_155_111;
// Access manager, token, vault, registry, hub, court, escrow, and governance.
const TRANSACTIONS = 8;
const PEOPLE = {
  DIN_DEPLOY_ADMIN: '0x00000000000000000000000000000000000000A1',
  DIN_DEPLOY_GOVERNOR: '0x00000000000000000000000000000000000000b2',
  DIN_DEPLOY_GUARDIAN: '0x00000000000000000000000000000000000000c3',
  DIN_DEPLOY_TREASURY: '0x00000000000000000000000000000000000000d4',
  DIN_DEPLOY_GENESIS: '1735689600',
};

/** What became of the transaction that a process was killed at. */
const FATES = ['arrived', 'lost', 'unsigned'] as const;

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'din-deploy-command-'));
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

describe('din deploy --network sepolia', () => {
  const key = generatePrivateKey();
  const deployer = privateKeyToAddress(key);
  let anvil: Anvil;
  let env: Record<string, string>;
  const out = () => join(scratch, 'sepolia', 'addresses.json');
  const din = (argv: readonly string[], more: Record<string, string> = {}) =>
    run(['deploy', '--network', 'sepolia', '--out', out(), '--json', ...argv], { ...env, ...more });
  const nonce = () => clientOf(anvil).getTransactionCount({ address: deployer });

  beforeAll(async () => {
    anvil = await startAnvil({ chainId: SEPOLIA_CHAIN_ID });
    env = { ...PEOPLE, DIN_RPC_URL: anvil.url, DIN_PRIVATE_KEY: key };
    await fund(anvil, deployer);
  });

  afterAll(async () => {
    await anvil?.stop();
  });

  test('says what is missing, and sends nothing', async () => {
    const { DIN_DEPLOY_GUARDIAN: _, ...fewer } = env;
    const argv = ['deploy', '--network', 'sepolia', '--out', out(), '--json'];
    const refused = await run(argv, fewer);
    expect(errorCode(refused)).toBe('DEPLOY_PARAMETERS');
    expect(refused.err).toContain('guardian');
    const own = await run([...argv, '--set', `guardian=${deployer}`], fewer);
    expect(errorCode(own)).toBe('DEPLOY_PARAMETERS');
    const elsewhere = await run([...argv, '--set', 'chainId=1'], env);
    expect(errorCode(elsewhere)).toBe('DEPLOY_PARAMETERS');
    expect(await nonce()).toBe(0);
  });

  test('rehearses on a fork, then does exactly that, and verifies it without a key', async () => {
    const rehearsed = done(await din(['--dry-run']));
    expect(await nonce()).toBe(0);
    await expect(access(out())).rejects.toMatchObject({ code: 'ENOENT' });
    expect(rehearsed).toMatchObject({
      dryRun: true,
      chainId: SEPOLIA_CHAIN_ID,
      deployer,
      parameters: { profile: 'testnet', vetoSeconds: 10_800, guardian: PEOPLE.DIN_DEPLOY_GUARDIAN },
      warnings: [],
    });
    const { addresses, gas, checks } = rehearsed as { addresses: object; gas: string; checks: Check[] };
    expect(checks.every(({ ok }) => ok)).toBe(true);
    expect(checks.length).toBeGreaterThan(80);

    const deployed = done(await din([]));
    expect(await nonce()).toBe(TRANSACTIONS);
    const file = await readDeployment(out());
    expect({ ...file, deploymentBlock: 0 }).toEqual({ ...addresses, deploymentBlock: 0 });
    expect(deployed).toMatchObject({ ...file, file: out() });
    // Calldata holds the same bytes and the contracts do the same: what differs is warm and cold at most.
    expect(Number(deployed.gas)).toBeGreaterThan(Number(gas) * 0.99);
    expect(Number(deployed.gas)).toBeLessThan(Number(gas) * 1.01);

    const { DIN_PRIVATE_KEY: _, ...keyless } = env;
    const argv = ['deploy', '--network', 'sepolia', '--out', out(), '--verify'];
    const verified = await run(argv, keyless);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.out).toMatch(/ok +vault\.pause is for +GUARDIAN/);
    expect(verified.out).toMatch(/all \d+ checks hold/);
    const other = await run(
      [...argv, '--json', '--set', 'feeBps=7', '--set', 'appealSeconds=14401'],
      keyless,
    );
    expect(errorCode(other)).toBe('DEPLOYMENT_MISMATCH');
    expect(other.err).toMatch(/court\.windows\.appealSeconds: 14400, not 14401; .*feeBps: 500, not 7/);
  });

  test('does not deploy a second time over a file whose journal is gone', async () => {
    await rm(join(scratch, 'sepolia', 'addresses.ignition'), { recursive: true });
    const before = await nonce();
    expect(errorCode(await din([]))).toBe('DEPLOYMENT_EXISTS');
    expect(await nonce()).toBe(before);
  });

  test('deploys a court to come, and says what governance must call', async () => {
    const before = await readFile(out(), 'utf8');
    const next = done(await din(['--successor', 'court', '--set', 'vetoSeconds=14400']));
    expect(await readFile(out(), 'utf8')).toBe(before);
    const file = await readDeployment(String(next.file));
    const present = await readDeployment(out());
    expect(file).toMatchObject({ vault: present.vault, registry: present.registry, escrow: present.escrow });
    expect(file.court).not.toBe(present.court);
    expect(file.hub).not.toBe(present.hub);
    expect(next.calls).toMatchObject([
      { by: 'admin', what: expect.stringContaining('WatcherHub GOVERNOR'), target: present.accessManager },
      { by: 'admin', what: expect.stringContaining('SlashingCourt GOVERNOR') },
      { by: 'admin', what: expect.stringContaining('SlashingCourt GUARDIAN') },
      { by: 'governor', what: 'StakeVault.proposeCourt', target: present.vault },
      { by: 'governor', what: 'ProviderRegistry.proposeCourt', target: present.registry },
    ]);
  });
});

describe('din deploy', () => {
  const key = generatePrivateKey();
  const deployer = privateKeyToAccount(key);
  let anvil: Anvil;
  const env = () => ({ DIN_RPC_URL: anvil.url, DIN_PRIVATE_KEY: key });

  beforeAll(async () => {
    anvil = await startAnvil({ chainId: 31_337 });
    await fund(anvil, deployer.address);
  });

  afterAll(async () => {
    await anvil?.stop();
  });

  test('holds the windows of production, also in a rehearsal on a development chain', async () => {
    const argv = ['deploy', '--network', 'mainnet', '--out', join(scratch, 'never.json'), '--json'];
    const token = ['--set', 'token=0x00000000000000000000000000000000000000e5'];
    const refused = await run([...argv, ...token, '--set', 'vetoSeconds=3600'], { ...env(), ...PEOPLE });
    expect(errorCode(refused)).toBe('DEPLOY_PARAMETERS');
    expect(refused.err).toContain('vetoSeconds must be at least 259200 s in production');
    expect(await clientOf(anvil).getTransactionCount(deployer)).toBe(0);
  });

  test('wants one source of parameters, and names the known ones', async () => {
    const unknown = await run(['deploy', '--network', 'moon', '--json'], env());
    expect(unknown.code).toBe(2);
    expect(unknown.err).toContain('devnet, mainnet, sepolia');
    expect((await run(['deploy', '--json'], env())).code).toBe(2);
    const both = ['deploy', '--network', 'devnet', '--parameters', DEVNET, '--json'];
    expect((await run(both, env())).code).toBe(2);
  });

  test('tells what governance has changed since', async () => {
    const out = join(scratch, 'changed.json');
    const own = ['admin', 'governor'].flatMap((role) => ['--set', `${role}=${deployer.address}`]);
    const argv = ['deploy', '--parameters', DEVNET, '--out', out, '--json', ...own];
    done(await run(argv, env()));
    const { escrow } = await readDeployment(out);
    const wallet = createWalletClient({ account: deployer, chain: foundry, transport: http(anvil.url) });
    const set = { address: escrow, abi: paymentEscrowAbi, functionName: 'setFee', args: [1_000] } as const;
    const hash = await wallet.writeContract(set);
    await clientOf(anvil).waitForTransactionReceipt({ hash });
    const verified = await run([...argv, '--verify'], env());
    expect(errorCode(verified)).toBe('DEPLOYMENT_MISMATCH');
    expect(verified.err).toMatch(/: escrow\.feeBps: 1000, not 500$/m);
  });

  test('keeps the addresses of chains that last in the repository, of others out of it', () => {
    expect(deploymentPath(59_144)).toBe(join('deployments', '59144.json'));
    expect(deploymentPath(31_337)).toBe(join('.din', 'deployments', '31337.json'));
  });

  test('resumes after its process was killed at any step, and does nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: TRANSACTIONS }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(...FATES),
        async (steps, fate) => {
          const fresh = generatePrivateKey();
          const address = privateKeyToAddress(fresh);
          await fund(anvil, address);
          const out = join(scratch, `${address}.json`);
          const argv = ['deploy', '--network', 'devnet', '--out', out, '--json'];
          const runEnv = { ...PEOPLE, DIN_PRIVATE_KEY: fresh };
          let sent = 0;
          for (const step of steps.sort((a, b) => a - b)) {
            sent = await runAndKill(anvil, argv, runEnv, { step, sent, fate });
            if (fate === 'unsigned') await forgetLastSigned(out);
          }
          const resumed = await run(argv, { ...runEnv, DIN_RPC_URL: anvil.url });
          expect(resumed, resumed.err).toMatchObject({ code: 0 });
          const { checks } = resumed.json() as { checks: Check[] };
          expect(checks.every(({ ok }) => ok)).toBe(true);
          expect(await clientOf(anvil).getTransactionCount({ address })).toBe(TRANSACTIONS);
        },
      ),
      { numRuns: 4 },
    );
  }, 240_000);
});

/**
 * Runs `din deploy` as a process of its own and kills it as it sends transaction number `step`: before that reaches the
 * chain, or after it did and before the process hears of it.
 * @returns How many transactions were seen by now.
 */
async function runAndKill(
  anvil: Anvil,
  argv: readonly string[],
  env: Record<string, string>,
  at: { readonly step: number; readonly sent: number; readonly fate: (typeof FATES)[number] },
): Promise<number> {
  let { sent } = at;
  let child: ChildProcess | undefined;
  let arriving: Promise<unknown> = Promise.resolve();
  const decide = (body: string): Fate => {
    if (!body.includes('"eth_sendRawTransaction"')) return 'pass';
    sent += 1;
    if (sent < at.step) return 'pass';
    if (at.fate === 'arrived') {
      const headers = { 'content-type': 'application/json' };
      arriving = fetch(anvil.url, { method: 'POST', headers, body }).then(() => child?.kill('SIGKILL'));
      return 'hold';
    }
    child?.kill('SIGKILL');
    return 'drop';
  };
  const relay = await startRelay(anvil.url, decide);
  try {
    child = spawn(process.execPath, [DIN, ...argv], {
      env: { ...env, DIN_RPC_URL: relay.url, PATH: process.env.PATH ?? '' },
      stdio: 'ignore',
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      child?.once('exit', (_, signal) => resolve(signal));
    });
    expect(await ended).toBe('SIGKILL');
    await arriving;
  } finally {
    await relay.stop();
  }
  // What never arrived is sent again.
  return at.fate === 'arrived' ? sent : sent - 1;
}

/** As if the process had been killed a moment earlier, when it meant to send and had not signed yet. */
async function forgetLastSigned(out: string): Promise<void> {
  const path = join(out.replace(/\.json$/, '.ignition'), 'signed-transactions.txt');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(
    path,
    lines
      .slice(0, -1)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function clientOf(anvil: Anvil) {
  return createPublicClient({ transport: http(anvil.url), pollingInterval: 50 });
}

async function fund(anvil: Anvil, address: Address): Promise<void> {
  const client = createTestClient({ mode: 'anvil', transport: http(anvil.url) });
  await client.setBalance({ address, value: parseEther('100') });
}

/** What a run that succeeded printed. */
function done(of: DinRun): Record<string, unknown> {
  expect(of, of.err).toMatchObject({ code: 0 });
  return of.json();
}
