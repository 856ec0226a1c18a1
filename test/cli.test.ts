import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Anvil, startAnvil } from '../scripts/lib/anvil.ts';
import { addressOf, type CliChain, errorCode, keyOf, startCliChain } from './fixtures/cliChain.ts';

const OWNER = 5;
const SIGNER = 6;
const SILENT = 7;

let chain: CliChain;
let served: Anvil;

beforeAll(async () => {
  [chain, served] = await Promise.all([startCliChain(), startAnvil({ chainId: 1337 })]);
  const network = ['network', 'add', '--id', 'eip155:1337', '--slug', 'devnet', '--min-stake', '1000'];
  expect((await chain.din(0, network)).err).toContain('in block');
});
afterAll(async () => {
  await Promise.all([chain?.stop(), served?.stop()]);
});

const status = async () => (await chain.din(OWNER, ['provider', 'status', '--json'])).json();
const ok = async (account: number, ...argv: string[]) => {
  const result = await chain.din(account, [...argv, '--json']);
  if (result.code !== 0) throw new Error(result.err);
  return result.json();
};

describe("a provider's life, by its own commands", () => {
  test('goes from registering to the last token paid out', async () => {
    await chain.mint(chain.deployment.token, addressOf(OWNER), 10_000n);

    const registered = await chain.din(
      OWNER,
      ['provider', 'register', '--metadata', '{"name":"alpha"}', '--json'],
      { DIN_SIGNER_PRIVATE_KEY: keyOf(SIGNER) },
    );
    expect(registered.json()).toMatchObject({
      ok: true,
      provider: addressOf(OWNER),
      signer: addressOf(SIGNER),
    });
    expect(await status()).toMatchObject({
      registered: true,
      signer: addressOf(SIGNER),
      metadata: '{"name":"alpha"}',
      stake: { tokens: '0', required: '0' },
      services: [],
    });

    const staked = await ok(OWNER, 'provider', 'stake', '--amount', '5000.5');
    expect(staked).toMatchObject({ activeStake: '5000.5' });
    expect(staked.transactions).toMatchObject([{ function: 'stakeWithPermit' }]);

    const added = await ok(OWNER, 'provider', 'add-service', '--network', '1337', '--url', served.url);
    expect(added).toMatchObject({ network: 'eip155:1337', slug: 'devnet', active: true });
    const service = { slug: 'devnet', url: served.url, capabilities: ['full'], status: 'live', active: true };
    expect(await status()).toMatchObject({
      stake: { tokens: '5000.5', active: '5000.5', required: '1000', thawing: '0', locked: '0' },
      services: [{ ...service, reason: null }],
    });

    const capabilities = ['--capability', 'full,archive', '--capability', 'trace'];
    const updated = ['provider', 'update-service', '--network', 'devnet', '--url', `${served.url}/?v=2`];
    await ok(OWNER, ...updated, ...capabilities);
    expect(await status()).toMatchObject({
      services: [{ url: `${served.url}/?v=2`, capabilities: ['full', 'archive', 'trace'], active: true }],
    });

    // The signer acts for its provider.
    expect(await ok(SIGNER, 'provider', 'pause', '--network', 'devnet')).toMatchObject({
      provider: addressOf(OWNER),
    });
    expect(await status()).toMatchObject({
      services: [{ status: 'paused', active: false, reason: 'paused' }],
    });
    await ok(SIGNER, 'provider', 'resume', '--network', 'eip155:1337');
    expect(await status()).toMatchObject({ services: [{ status: 'live', active: true }] });

    await ok(OWNER, 'provider', 'set-metadata', 'https://provider.example/din.json');
    expect(await status()).toMatchObject({ metadata: 'https://provider.example/din.json' });
    await ok(OWNER, 'provider', 'rotate-signer');
    expect(await status()).toMatchObject({ signer: addressOf(OWNER) });

    const left = await ok(OWNER, 'provider', 'exit');
    expect(left).toMatchObject({ removed: 1, thawing: '5000.5', withdrawn: '0', done: false });
    expect(await status()).toMatchObject({
      stake: { active: '0', required: '0', thawing: '5000.5', withdrawableAt: left.withdrawableAt },
      services: [{ status: 'removed', active: false, reason: 'removed' }],
    });

    const nonce = await chain.nonce(OWNER);
    const again = await ok(OWNER, 'provider', 'exit', '--withdraw');
    expect(again).toMatchObject({
      removed: 0,
      withdrawn: '0',
      withdrawableAt: left.withdrawableAt,
      done: false,
    });
    const early = await chain.din(OWNER, ['provider', 'withdraw', '--json']);
    expect(errorCode(early)).toBe('STILL_THAWING');
    expect(await chain.nonce(OWNER)).toBe(nonce);

    await chain.passTime(121);
    expect(await ok(OWNER, 'provider', 'exit', '--withdraw')).toMatchObject({
      withdrawn: '5000.5',
      done: true,
    });
    expect(await status()).toMatchObject({ stake: { tokens: '0', thawing: '0' } });
    const nothing = await chain.din(OWNER, ['provider', 'withdraw', '--json']);
    expect(errorCode(nothing)).toBe('NOTHING_THAWING');
  });

  test('shows what thaws, and that too little is left to serve', async () => {
    const provider = 8;
    await chain.mint(chain.deployment.token, addressOf(provider), 10_000n);
    await ok(provider, 'provider', 'register');
    await ok(provider, 'provider', 'stake', '--amount', '1500');
    await ok(provider, 'provider', 'add-service', '--network', 'devnet', '--url', served.url);
    const thaw = await chain.din(provider, ['provider', 'thaw', '--amount', '600', '--json']);
    expect(thaw.err).toContain('none of them is active any more');
    const shown = await chain.din(SILENT, ['provider', 'status', addressOf(provider)]);
    expect(shown.out).toMatch(/thawing +600 DINDEV, withdrawable from \d{4}-/);
    expect(shown.out).toMatch(/devnet +live +no: not enough stake/);
    const too = await chain.din(provider, ['provider', 'thaw', '--amount', '901', '--json']);
    expect(errorCode(too)).toBe('NOT_THAWABLE');
    await ok(provider, 'provider', 'thaw', '--all');
    await chain.passTime(121);
    const paid = await ok(provider, 'provider', 'withdraw', '--to', addressOf(SILENT));
    expect(paid).toMatchObject({ amount: '1500', to: addressOf(SILENT) });
  });
});

test("a stranger's text on the chain does not reach the terminal as it is", async () => {
  const provider = 9;
  await ok(provider, 'provider', 'register', '--metadata', 'x\u001b[2J\r\u202ey');
  const shown = await chain.din(SILENT, ['provider', 'status', addressOf(provider)]);
  expect(shown.out).toContain('x\ufffd[2J\ufffd\ufffdy');
});

test('a dry run of every signing command sends nothing and names what it would send', async () => {
  const account = 10;
  await chain.mint(chain.deployment.token, addressOf(account), 10_000n);
  const signer = { DIN_SIGNER_PRIVATE_KEY: keyOf(11) };
  const nonce = await chain.nonce(account);
  const dry = async (argv: string[], env = {}) => {
    const before = await chain.nonce(account);
    const result = await chain.din(account, [...argv, '--dry-run', '--json'], env);
    expect(await chain.nonce(account)).toBe(before);
    expect(result).toMatchObject({ code: 0 });
    expect(result.json()).toMatchObject({
      ok: true,
      dryRun: true,
      transactions: [{ to: expect.stringMatching(/^0x/), estimatedGas: expect.stringMatching(/^\d+$/) }],
    });
    return result.json().transactions as { function: string; args: unknown[] }[];
  };
  expect(await dry(['provider', 'register'], signer)).toMatchObject([{ function: 'register' }]);
  const [stake] = await dry(['provider', 'stake', '--amount', '2000']);
  expect(stake).toMatchObject({ function: 'stakeWithPermit' });
  // Whoever sees a permit's signature could use it.
  expect(stake!.args.slice(-2)).toEqual(['(signature)', '(signature)']);
  expect(await chain.nonce(account)).toBe(nonce);

  await ok(account, 'provider', 'register');
  await ok(account, 'provider', 'stake', '--amount', '2000');
  const service = ['--network', 'devnet', '--url', served.url];
  expect(await dry(['provider', 'add-service', ...service])).toMatchObject([{ function: 'addService' }]);
  await ok(account, 'provider', 'add-service', ...service);
  expect(await dry(['provider', 'update-service', ...service])).toMatchObject([
    { function: 'updateService' },
  ]);
  expect(await dry(['provider', 'pause', '--network', 'devnet'])).toMatchObject([
    { function: 'pauseService' },
  ]);
  expect(await dry(['provider', 'remove-service', '--network', 'devnet'])).toMatchObject([
    { function: 'removeService' },
  ]);
  expect(await dry(['provider', 'thaw', '--all'])).toMatchObject([{ function: 'thaw' }]);
  expect(await dry(['provider', 'set-metadata', 'x'])).toMatchObject([{ function: 'setMetadata' }]);
  expect(await dry(['provider', 'rotate-signer'], signer)).toMatchObject([{ function: 'rotateSigner' }]);

  const exit = await chain.din(account, ['provider', 'exit', '--dry-run']);
  expect(exit.out).toMatch(
    /would send: ProviderRegistry\.removeService\(.*\n.*\nwould send: StakeVault\.thaw/,
  );
  expect(exit.out).toContain('nothing was sent');
  const shown = (await chain.din(account, ['provider', 'status', '--json'])).json();
  expect(shown).toMatchObject({ services: [{ status: 'live', active: true }] });
});
