import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { keccak256, stringToBytes } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { providerRegistryAbi } from '../router/chain/abi/providerRegistry.ts';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import type { Deployment } from '../scripts/lib/deploy.ts';
import { endpointKind } from '../scripts/lib/endpointKind.ts';
import { addressOf, type CliChain, errorCode, keyOf, run, startCliChain } from './fixtures/cliChain.ts';

/** Has stake and a service. */
const SERVING = 5;
/** Has stake, is registered. */
const STAKED = 6;
/** Is registered, without stake; holds 10 tokens. */
const POOR = 7;
/** Never registered. */
const STRANGER = 8;

let chain: CliChain;
let served: Anvil;
/** Takes public endpoints only. */
let production: Deployment;

beforeAll(async () => {
  [chain, served] = await Promise.all([startCliChain(), startAnvil({ chainId: 1337 })]);
  production = await chain.deploy({ publicEndpointsOnly: true });
  const must = async (account: number, argv: string[], env: Record<string, string> = {}) => {
    const result = await chain.din(account, argv, env);
    if (result.code !== 0) throw new Error(result.err);
  };
  const onProduction = { DIN_REGISTRY: production.registry };
  for (const env of [{}, onProduction]) {
    await must(0, ['network', 'add', '--id', 'eip155:1337', '--slug', 'devnet', '--min-stake', '1000'], env);
    await must(0, ['network', 'add', '--id', 'eip155:2', '--slug', 'other', '--min-stake', '1000'], env);
    const token = env === onProduction ? production.token : chain.deployment.token;
    for (const account of [SERVING, STAKED]) {
      await chain.mint(token, addressOf(account), 10_000n);
      await must(account, ['provider', 'register'], env);
      await must(account, ['provider', 'stake', '--amount', '1500'], env);
    }
  }
  await must(SERVING, ['provider', 'add-service', '--network', 'devnet', '--url', served.url]);
  await must(POOR, ['provider', 'register']);
  await chain.mint(chain.deployment.token, addressOf(POOR), 10n);
});
afterAll(async () => {
  await Promise.all([chain?.stop(), served?.stop()]);
});

/** Runs a command that must be refused, and returns the code of the refusal: nothing may have been sent. */
async function refusal(account: number, argv: readonly string[], env: Record<string, string> = {}) {
  const [nonce, block] = await Promise.all([chain.nonce(account), chain.client.getBlockNumber()]);
  const result = await chain.din(account, [...argv, '--json'], env);
  expect(result.code).toBe(1);
  expect(await chain.nonce(account)).toBe(nonce);
  expect(await chain.client.getBlockNumber()).toBe(block);
  return { code: errorCode(result), message: result.err };
}

const offer = (network: string, url: string) => [
  'provider',
  'add-service',
  '--network',
  network,
  '--url',
  url,
];

describe('refused before any transaction is sent:', () => {
  test('a service without enough stake, with the figures and the command that mends it', async () => {
    const { code, message } = await refusal(POOR, offer('devnet', served.url));
    expect(code).toBe('INSUFFICIENT_STAKE');
    expect(message).toContain('1000 DINDEV of stake are needed');
    expect(message).toContain('din provider stake --amount 1000');
    const second = await refusal(SERVING, offer('other', served.url));
    expect(second.message).toContain('din provider stake --amount 500');
  });

  test('a stake that the account does not hold', async () => {
    const { code } = await refusal(POOR, ['provider', 'stake', '--amount', '11']);
    expect(code).toBe('INSUFFICIENT_BALANCE');
  });

  test.each(['http://127.0.0.1:8545', 'https://10.0.0.7', 'https://node.local', 'http://rpc.provider.io'])(
    'the endpoint %s on a production deployment',
    async (url) => {
      const env = { DIN_REGISTRY: production.registry };
      expect(await refusal(STAKED, offer('devnet', url), env)).toMatchObject({ code: 'PRIVATE_ENDPOINT' });
    },
  );

  test('an endpoint of another chain', async () => {
    const { code } = await refusal(STAKED, offer('devnet', chain.anvil.url));
    expect(code).toBe('ENDPOINT_WRONG_CHAIN');
  });

  test('an endpoint that does not answer', async () => {
    const { code } = await refusal(STAKED, offer('devnet', `http://127.0.0.1:${await unusedPort()}`));
    expect(code).toBe('ENDPOINT_UNREACHABLE');
  });

  test('what is no endpoint', async () => {
    const { code } = await refusal(STAKED, offer('devnet', 'ftp://rpc.provider.io'));
    expect(code).toBe('INVALID_ENDPOINT');
  });

  test('a second service for the same network', async () => {
    const { code } = await refusal(SERVING, offer('devnet', served.url));
    expect(code).toBe('SERVICE_EXISTS');
  });

  test("another provider's signer", async () => {
    const env = { DIN_SIGNER_PRIVATE_KEY: keyOf(SERVING) };
    expect(await refusal(STRANGER, ['provider', 'register'], env)).toMatchObject({ code: 'SIGNER_TAKEN' });
    expect(await refusal(STAKED, ['provider', 'rotate-signer'], env)).toMatchObject({ code: 'SIGNER_TAKEN' });
  });

  test('a network that nobody knows, with those that are known', async () => {
    const { code, message } = await refusal(STAKED, offer('mainnet', served.url));
    expect(code).toBe('UNKNOWN_NETWORK');
    expect(message).toContain('devnet (eip155:1337), other (eip155:2)');
  });

  test.each([
    ['NOT_REGISTERED', STRANGER, ['provider', 'set-metadata', 'x']],
    ['ALREADY_REGISTERED', STAKED, ['provider', 'register']],
    ['METADATA_TOO_LONG', STAKED, ['provider', 'set-metadata', 'é'.repeat(513)]],
    ['SERVICE_NOT_FOUND', STAKED, ['provider', 'pause', '--network', 'devnet']],
    ['SERVICE_NOT_PAUSED', SERVING, ['provider', 'resume', '--network', 'devnet']],
    ['NOTHING_THAWING', SERVING, ['provider', 'withdraw']],
    ['NOT_THAWABLE', POOR, ['provider', 'thaw', '--all']],
    ['NOT_GOVERNOR', STRANGER, ['network', 'add', '--id', 'eip155:3', '--slug', 'third', '--min-stake', '1']],
    ['NETWORK_EXISTS', 0, ['network', 'add', '--id', 'eip155:3', '--slug', 'devnet', '--min-stake', '1']],
    ['NOT_ADMITTED', STAKED, ['watcher', 'join']],
    ['NOT_JOINED', STRANGER, ['watcher', 'leave']],
  ])('%s', async (code, account, argv) => {
    expect(await refusal(account, argv)).toMatchObject({ code });
  });

  test('the wrong chain, no contract, an account as registry', async () => {
    const file = join(chain.dir, 'elsewhere.json');
    await writeFile(file, JSON.stringify({ ...chain.deployment, chainId: 59_144 }));
    const argv = ['provider', 'register'];
    expect(await refusal(STRANGER, [...argv, '--deployment', file])).toMatchObject({ code: 'WRONG_CHAIN' });
    for (const registry of [addressOf(STRANGER), chain.deployment.vault]) {
      expect(await refusal(STRANGER, [...argv, '--registry', registry])).toMatchObject({
        code: 'NOT_A_REGISTRY',
      });
    }
  });

  test('a settlement chain that does not answer, without the key in its URL in the message', async () => {
    const url = `http://127.0.0.1:${await unusedPort()}/v2/secret`;
    const { code, message } = await refusal(STRANGER, ['provider', 'register', '--rpc', url]);
    expect(code).toBe('SETTLEMENT_UNREACHABLE');
    expect(message).not.toContain('secret');
  });

  test('an account without gas money', async () => {
    const key = generatePrivateKey();
    await chain.mint(chain.deployment.token, privateKeyToAddress(key), 10n);
    for (const argv of [
      ['provider', 'register'],
      ['provider', 'stake', '--amount', '1'],
    ]) {
      const { code } = await refusal(STRANGER, argv, { DIN_PRIVATE_KEY: key });
      expect(code).toBe('INSUFFICIENT_GAS_FUNDS');
    }
  });
});

describe('with --no-check the contract refuses, by name, and nothing is sent either:', () => {
  test.each([
    ['InsufficientStake', POOR, ['provider', 'add-service', '--network', 'devnet', '--url', 'https://x.io']],
    ['ServiceExists', SERVING, ['provider', 'add-service', '--network', 'devnet', '--url', 'https://x.io']],
    ['InvalidEndpoint', STAKED, ['provider', 'add-service', '--network', 'devnet', '--url', 'ftp://x.io']],
    ['AlreadyRegistered', STAKED, ['provider', 'register']],
    ['ServiceNotFound', STAKED, ['provider', 'pause', '--network', 'devnet']],
    ['NothingThawing', STAKED, ['provider', 'withdraw']],
  ])('%s', async (name, account, argv) => {
    const { code, message } = await refusal(account, [...argv, '--no-check']);
    expect(code).toBe('CONTRACT_REFUSED');
    expect(message).toContain(`${name}(`);
  });

  test('PrivateEndpoint on a production deployment', async () => {
    const argv = [...offer('devnet', 'http://127.0.0.1:8545'), '--no-check'];
    const { code, message } = await refusal(STAKED, argv, { DIN_REGISTRY: production.registry });
    expect(code).toBe('CONTRACT_REFUSED');
    expect(message).toContain('PrivateEndpoint(');
  });

  test('SignerTaken', async () => {
    const env = { DIN_SIGNER_PRIVATE_KEY: keyOf(SERVING) };
    const { code, message } = await refusal(STRANGER, ['provider', 'register', '--no-check'], env);
    expect(code).toBe('CONTRACT_REFUSED');
    expect(message).toContain('SignerTaken(');
  });
});

test('the check of an endpoint before sending agrees with the contract', async () => {
  const long = 'a'.repeat(63);
  const samples = [
    ...[
      'https://rpc.io',
      'wss://rpc.io/x?y=1',
      'https://a-b.rpc.io:8443/',
      'https://RPC.IO',
      'https://x.y.zz',
    ],
    ...[
      'https://rpc.io:0',
      'https://rpc.io:65535',
      'https://rpc.io:65536',
      'https://rpc.io:',
      'https://rpc.io:1:2',
    ],
    ...[
      'https://-a.io',
      'https://a-.io',
      'https://a..io',
      'https://.io',
      'https://io',
      'https://a.i',
      'https://a.i0',
    ],
    ...[
      'https://localhost',
      'https://x.localhost',
      'https://X.LOCAL',
      'https://a.internal',
      'https://a.example',
    ],
    ...[
      'https://127.0.0.1',
      'https://[::1]',
      'https://[::1]:8545/x',
      'https://0x7f.1',
      'https://a_b.io',
      'http://a_b',
    ],
    ...[
      'http://rpc.io',
      'ws://rpc.io',
      'HTTPS://rpc.io',
      'https:/rpc.io',
      'https://',
      'http:///x',
      'ftp://rpc.io',
      '',
    ],
    ...[
      'https://u:p@rpc.io',
      'https://rpc.io#x',
      'https://rpc.io/ x',
      'https://rpc.io\\x',
      'https://rpc.io/é',
      ':x',
    ],
    ...[
      'https://rpc.io/<',
      'https://rpc.io/{',
      'https://rpc.io/~',
      'https://rpc.io/a^',
      'http://:80',
      'http://a:b:c',
    ],
    ...[
      `https://${long}.io`,
      `https://${long}a.io`,
      `https://rpc.io/${'x'.repeat(241)}`,
      `https://rpc.io/${'x'.repeat(242)}`,
    ],
    ...[`https://${`${'a'.repeat(49)}.`.repeat(5)}io`, `https://a.${long}`, `https://a.${'b'.repeat(64)}`],
  ];
  const judgement = async (url: string) => {
    try {
      await chain.client.simulateContract({
        address: production.registry,
        abi: providerRegistryAbi,
        functionName: 'addService',
        account: addressOf(STAKED),
        args: [keccak256(stringToBytes('eip155:1337')), url, 1],
      });
      return 'public';
    } catch (error) {
      const name = /(Private|Invalid)Endpoint/.exec(String(error))?.[1];
      return name?.toLowerCase() ?? String(error);
    }
  };
  const judged = await Promise.all(samples.map(judgement));
  expect(Object.fromEntries(samples.map((url) => [url, endpointKind(url)]))).toEqual(
    Object.fromEntries(samples.map((url, index) => [url, judged[index]])),
  );
});

describe('a key', () => {
  test.each([
    [['--private-key', keyOf(STRANGER)]],
    [[`--private-key=${keyOf(STRANGER)}`]],
    [['--keystore', keyOf(STRANGER)]],
  ])('as an argument is refused with an explanation that does not repeat it', async (secret) => {
    const result = await chain.din(STRANGER, ['provider', 'register', ...secret, '--json']);
    expect(result.code).toBe(2);
    expect(errorCode(result)).toBe('SECRET_ARGUMENT');
    expect(result.err + result.out).not.toContain(keyOf(STRANGER).slice(2));
    expect(result.err).toContain('DIN_PRIVATE_KEY');
  });

  test('that is missing or no key is named', async () => {
    const env = { DIN_RPC_URL: chain.anvil.url, DIN_REGISTRY: chain.deployment.registry };
    const argv = ['provider', 'register', '--json'];
    expect(errorCode(await run(argv, env))).toBe('NO_KEY');
    const wrong = await run(argv, { ...env, DIN_PRIVATE_KEY: '0x1234' });
    expect(errorCode(wrong)).toBe('INVALID_KEY');
    expect(wrong.err).not.toContain('1234');
    expect(errorCode(await run(argv, { ...env, DIN_PRIVATE_KEY: '0'.repeat(64) }))).toBe('INVALID_KEY');
  });

  test('from a keystore file signs; its password is asked for on a terminal alone', async () => {
    const file = join(chain.dir, 'owner.json');
    const made = await run(['keystore', 'create', file, '--import', '--kdf', 'pbkdf2', '--json'], {
      DIN_PRIVATE_KEY: keyOf(12),
      DIN_KEYSTORE_PASSWORD: 'hunter2',
    });
    expect(made.json()).toMatchObject({ address: addressOf(12) });
    expect((await run(['keystore', 'address', file], {})).out).toBe(addressOf(12));

    const env = { DIN_RPC_URL: chain.anvil.url, DIN_REGISTRY: chain.deployment.registry };
    const argv = ['provider', 'register', '--keystore', file, '--json'];
    expect(errorCode(await run(argv, env))).toBe('NO_PASSWORD');
    expect(errorCode(await run(argv, env, async () => 'wrong'))).toBe('KEYSTORE_PASSWORD');
    expect(errorCode(await run(argv, { ...env, DIN_KEYSTORE_PASSWORD: 'wrong' }))).toBe('KEYSTORE_PASSWORD');
    expect((await run(argv, env, async () => 'hunter2')).json()).toMatchObject({ provider: addressOf(12) });
  });

  test('that is new needs its password typed twice alike', async () => {
    const answers = ['one', 'two'];
    const file = join(chain.dir, 'new.json');
    const made = await run(['keystore', 'create', file, '--json'], {}, async () => answers.shift() ?? '');
    expect(errorCode(made)).toBe('USAGE');
  });
});

describe('the command line', () => {
  test.each([
    [['provider', 'stake']],
    [['provider', 'stake', '--amount', '1e3']],
    [['provider', 'thaw']],
    [['provider', 'add-service', '--network', 'devnet', '--url', 'http://x', '--capability', 'teapot']],
    [['provider', 'status', '0x1234']],
    [['provider', 'dance']],
    [['provider']],
    [['provider', 'register', '--registry', '0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266']],
    [['network', 'add', '--id', 'eip155', '--slug', 'x', '--min-stake', '1']],
    [['network', 'add', '--id', 'eip155:9', '--slug', 'status', '--min-stake', '1']],
    [['nonsense']],
  ])('%j is wrong usage: exit code 2', async (argv) => {
    expect((await chain.din(STRANGER, argv)).code).toBe(2);
    const forPrograms = await chain.din(STRANGER, [...argv, '--json']);
    expect(forPrograms).toMatchObject({ code: 2 });
    expect(errorCode(forPrograms)).toBe('USAGE');
  });

  test('without a chain or a deployment says what is missing', async () => {
    const key = { DIN_PRIVATE_KEY: keyOf(STRANGER) };
    expect((await run(['provider', 'register'], key)).err).toContain('--rpc');
    const rpc = { ...key, DIN_RPC_URL: chain.anvil.url };
    expect((await run(['provider', 'register'], rpc)).err).toContain('--registry');
  });

  test('--help is a success, on stdout, and documents the exit codes', async () => {
    const help = await run(['--help'], {});
    expect(help.code).toBe(0);
    expect(help.out).toContain('Exit codes: 0 done, 1 refused or failed, 2 the command line is wrong');
    expect((await run(['provider', 'add-service', '--help'], {})).out).toContain('--capability');
  });
});

async function unusedPort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
