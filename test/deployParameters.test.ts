import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDeployParameters } from '../ignition/lib/deployParameters.ts';
import { parameterOverrides } from '../ignition/lib/parameterOverrides.ts';
import { parameterProblems } from '../ignition/lib/parameterProblems.ts';

const PARAMETERS = join(import.meta.dirname, '../ignition/parameters');
const DEPLOYER = '0x00000000000000000000000000000000000000f6';
const ACCOUNTS = {
  admin: '0x00000000000000000000000000000000000000A1',
  governor: '0x00000000000000000000000000000000000000b2',
  guardian: '0x00000000000000000000000000000000000000c3',
  treasury: '0x00000000000000000000000000000000000000d4',
  genesis: 1_800_000_000,
};
const TOKEN = '0x00000000000000000000000000000000000000e5';
const LINEA = 59_144;
const SEPOLIA = 11_155_111;

async function problems(file: string, chainId: number, overrides: Record<string, unknown> = {}) {
  const parameters = await readDeployParameters(join(PARAMETERS, file), { ...ACCOUNTS, ...overrides });
  return parameterProblems({ parameters, chainId, deployer: DEPLOYER });
}

describe('parameterProblems()', () => {
  it('finds none in the files that come with the project', async () => {
    expect(await problems('mainnet.json', LINEA, { token: TOKEN })).toEqual([]);
    expect(await problems('sepolia.json', SEPOLIA)).toEqual([]);
    expect(await problems('devnet.json', 31_337)).toEqual([]);
    expect(await problems('devnet.json', 1_337)).toEqual([]);
  });

  it.each([
    ['epochSeconds', 21_599],
    ['commitSeconds', 3_599],
    ['revealSeconds', 3_599],
    ['evidenceSeconds', 604_799],
    ['vetoSeconds', 259_199],
    ['appealSeconds', 259_199],
    ['repeatSeconds', 2_419_199],
    ['thawSeconds', 1_814_399],
    ['escrowThawSeconds', 2_591_999],
    ['governorDelaySeconds', 172_799],
  ])('refuses %s of %d in production', async (name, value) => {
    const found = await problems('mainnet.json', LINEA, { token: TOKEN, [name]: value });
    expect(found).toContainEqual(expect.stringMatching(`^${name} must be at least`));
  });

  it('holds a file without a profile to production, except on a development chain', async () => {
    const none = { profile: undefined };
    expect(await problems('devnet.json', 31_337, none)).toEqual([]);
    const found = await problems('devnet.json', LINEA, none);
    expect(found).toContainEqual(expect.stringMatching(/^thawSeconds must be at least/));
    expect(found).toContainEqual(expect.stringMatching(/^token/));
    expect(found).toContainEqual(expect.stringMatching(/^publicEndpointsOnly/));
  });

  it('holds a production file to production on a development chain, too', async () => {
    expect(await problems('mainnet.json', 31_337, { token: 'mock', vetoSeconds: 60 })).toHaveLength(2);
  });

  it('lets the other profiles no further than the chains they are for', async () => {
    expect(await problems('devnet.json', LINEA)).toContainEqual(expect.stringMatching(/development profile/));
    expect(await problems('sepolia.json', LINEA)).toContainEqual(
      expect.stringMatching(/for chain 11155111, this is chain 59144/),
    );
    expect(await problems('sepolia.json', SEPOLIA, { chainId: undefined })).toContainEqual(
      expect.stringMatching(/must name its chainId/),
    );
  });

  it.each([
    ['thawSeconds', { thawSeconds: 92 }],
    ['courtChangeSeconds', { courtChangeSeconds: 120 }],
    ['pauseSeconds', { pauseSeconds: 14 * 86_400 + 1, escrowThawSeconds: 15 * 86_400 }],
    ['pauseSeconds', { pauseSeconds: 0 }],
    ['escrowThawSeconds', { escrowThawSeconds: 30 }],
    ['minBond', { minBond: 2n, maxWeight: 1n }],
    ['reward', { reward: 2n, maxReward: 1n }],
    ['feeBps', { feeBps: 1_001 }],
    ['vetoSeconds', { vetoSeconds: 0 }],
    ['appealSeconds', { appealSeconds: 0 }],
  ])('finds what the contracts would refuse halfway: %s', async (name, overrides) => {
    const [found, ...more] = await problems('devnet.json', 31_337, overrides);
    expect(found).toMatch(new RegExp(`^${name} must be`));
    expect(more).toEqual([]);
  });

  it('finds penalties above the hard caps', async () => {
    const { penalties } = await readDeployParameters(join(PARAMETERS, 'devnet.json'));
    const above = penalties.map((penalty, offence) => ({
      ...penalty,
      repeatBps: offence === 5 ? 5_001 : 1_001,
      jailSeconds: 1,
    }));
    expect(await problems('devnet.json', 31_337, { penalties: above })).toHaveLength(6);
  });

  it('leaves people time to go before a new court, even if the guardian pauses meanwhile', async () => {
    const tight = { token: TOKEN, courtChangeSeconds: 35 * 86_400 };
    expect(await problems('mainnet.json', LINEA, tight)).toEqual([
      expect.stringMatching(/^courtChangeSeconds must be above thawSeconds and pauseSeconds together/),
    ]);
  });

  it('wants governance in several hands where strangers take part', async () => {
    const found = await problems('sepolia.json', SEPOLIA, {
      governor: DEPLOYER,
      guardian: DEPLOYER,
      appealSeconds: 3_600,
    });
    expect(found).toEqual([
      expect.stringMatching(/^appealSeconds must be above governorDelaySeconds/),
      'governor must not be the deployer',
      'guardian must not be the deployer',
      'guardian must be another account than governor',
    ]);
  });
});

describe('readDeployParameters()', () => {
  it('names every missing and every wrong field', async () => {
    const reading = readDeployParameters(join(PARAMETERS, 'mainnet.json'), {
      governor: '0x0000000000000000000000000000000000000000',
      thawSeconds: -1,
      genesis: 1_800_000_000_000,
    });
    await expect(reading).rejects.toMatchObject({ code: 'DEPLOY_PARAMETERS' });
    await expect(reading).rejects.toThrow(
      /token.*admin.*governor.*guardian.*treasury.*thawSeconds.*genesis/s,
    );
  });

  it('takes amounts as text, with or without n, or as a number', async () => {
    for (const minBond of ['5n', '5', 5, 5n]) {
      const parameters = await readDeployParameters(join(PARAMETERS, 'devnet.json'), { minBond });
      expect(parameters.minBond).toBe(5n);
    }
  });
});

describe('parameterOverrides()', () => {
  it('takes what is set over the environment, with its type', () => {
    const environment = {
      DIN_DEPLOY_ADMIN: ACCOUNTS.admin,
      DIN_DEPLOY_GOVERNOR_DELAY_SECONDS: '60',
      DIN_DEPLOY_TOKEN: '',
      DIN_RPC_URL: 'http://elsewhere',
    };
    const settings = ['governorDelaySeconds=70', 'admissionOpen=true', 'minBond=1000000000000000000001'];
    expect(parameterOverrides(environment, settings)).toEqual({
      admin: ACCOUNTS.admin,
      governorDelaySeconds: 70,
      admissionOpen: true,
      minBond: '1000000000000000000001',
    });
  });

  it.each(['thaw=1', 'thawSeconds', 'thawSeconds=', '=1'])('refuses %s', (setting) => {
    expect(() => parameterOverrides({}, [setting])).toThrow(
      expect.objectContaining({ code: 'DEPLOY_PARAMETERS' }),
    );
  });
});
