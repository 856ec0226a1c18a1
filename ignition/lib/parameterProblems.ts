import { type Address, isAddressEqual } from 'viem';
import { type DeployParameters, DeployParametersError } from './deployParameters.ts';

/** Chains that hold nothing of value: what is deployed there is thrown away. */
export const DEVELOPMENT_CHAIN_IDS: readonly number[] = [1337, 31337];

const HOUR = 3_600;
const DAY = 24 * HOUR;
const FOR_GOOD = 4_294_967_295;
const MAX_PAUSE_SECONDS = 14 * DAY;
const MAX_FEE_BPS = 1_000;
const MAX_SUBJECTIVE_BPS = 1_000;
const MAX_EQUIVOCATION_BPS = 5_000;

/** The design's windows: people must be able to react, on any day of the week. */
const LEAST_SECONDS = {
  epochSeconds: 6 * HOUR,
  commitSeconds: HOUR,
  revealSeconds: HOUR,
  evidenceSeconds: 7 * DAY,
  vetoSeconds: 3 * DAY,
  appealSeconds: 3 * DAY,
  repeatSeconds: 28 * DAY,
  thawSeconds: 21 * DAY,
  escrowThawSeconds: 30 * DAY,
  // A plan of the governor must be seen before it works.
  governorDelaySeconds: 2 * DAY,
} as const satisfies Partial<Record<keyof DeployParameters, number>>;

export interface Plan {
  readonly parameters: DeployParameters;
  readonly chainId: number;
  readonly deployer: Address;
}

/**
 * What speaks against deploying these parameters on this chain from this account, one sentence each; empty when
 * nothing does. The contracts refuse most of it too, but only halfway through a deployment.
 */
export function parameterProblems(plan: Plan): string[] {
  const { parameters, chainId } = plan;
  const problems = [...contradictions(parameters), ...chainProblems(parameters, chainId)];
  if (isAddressEqual(plan.deployer, parameters.admin) && parameters.governorDelaySeconds > 0) {
    problems.push(
      'admin must be another account than the deployer when the governor has a delay: a key that has been used without delay keeps that power',
    );
  }
  const { profile } = parameters;
  const isDevelopment = profile === 'development' || (profile === undefined && isDevelopmentChain(chainId));
  if (isDevelopment) return problems;
  return [
    ...problems,
    ...governanceProblems(plan),
    ...(profile === 'testnet' ? [] : productionProblems(parameters)),
  ];
}

/** @throws {@link DeployParametersError} with all of {@link parameterProblems}. */
export function requireSoundParameters(plan: Plan): void {
  const problems = parameterProblems(plan);
  if (problems.length > 0) throw new DeployParametersError(problems.join('; '));
}

export function isDevelopmentChain(chainId: number): boolean {
  return DEVELOPMENT_CHAIN_IDS.includes(chainId);
}

function contradictions(p: DeployParameters): string[] {
  const cases =
    p.epochSeconds + p.commitSeconds + p.revealSeconds + p.evidenceSeconds + p.vetoSeconds + p.appealSeconds;
  const positive = [
    'epochSeconds',
    'commitSeconds',
    'revealSeconds',
    'vetoSeconds',
    'appealSeconds',
  ] as const;
  return said([
    ...positive.map((name) => [p[name] === 0, `${name} must be above 0`] as const),
    [p.thawSeconds <= cases, `thawSeconds must be above the ${cases} s of epoch and windows together`],
    [p.courtChangeSeconds <= p.thawSeconds, 'courtChangeSeconds must be above thawSeconds'],
    [p.escrowThawSeconds <= p.pauseSeconds, 'escrowThawSeconds must be above pauseSeconds'],
    [
      p.pauseSeconds === 0 || p.pauseSeconds > MAX_PAUSE_SECONDS,
      `pauseSeconds must be 1 to ${MAX_PAUSE_SECONDS}`,
    ],
    [p.minBond > p.maxWeight, 'minBond must be at most maxWeight'],
    [p.reward > p.maxReward, 'reward must be at most maxReward'],
    [p.feeBps > MAX_FEE_BPS, `feeBps must be at most ${MAX_FEE_BPS}`],
    ...p.penalties.map(({ firstBps, repeatBps, jailSeconds }, offence) => {
      const objective = offence === p.penalties.length - 1;
      const cap = objective ? MAX_EQUIVOCATION_BPS : MAX_SUBJECTIVE_BPS;
      const wrong = Math.max(firstBps, repeatBps) > cap || objective !== (jailSeconds === FOR_GOOD);
      const rule = `at most ${cap} bps and jail ${objective ? '' : 'not '}for good`;
      return [wrong, `penalties.${offence} must be ${rule}`] as const;
    }),
  ]);
}

function chainProblems({ profile, chainId: only }: DeployParameters, chainId: number): string[] {
  return said([
    [
      only !== undefined && only !== chainId,
      `the parameters are for chain ${only}, this is chain ${chainId}`,
    ],
    [profile === 'testnet' && only === undefined, 'a testnet profile must name its chainId'],
    [
      profile === 'development' && !isDevelopmentChain(chainId),
      `a development profile is for chains ${DEVELOPMENT_CHAIN_IDS.join(' and ')}, this is chain ${chainId}`,
    ],
  ]);
}

/** What holds wherever strangers take part. */
function governanceProblems({ parameters: p, deployer }: Plan): string[] {
  const roles = ['admin', 'governor', 'guardian'] as const;
  return said([
    [p.governorDelaySeconds === 0, 'governorDelaySeconds must be above 0'],
    [
      p.appealSeconds <= p.governorDelaySeconds,
      'appealSeconds must be above governorDelaySeconds: else no appeal can be upheld',
    ],
    [
      p.courtChangeSeconds <= p.thawSeconds + p.pauseSeconds,
      'courtChangeSeconds must be above thawSeconds and pauseSeconds together: else a pause keeps people in until a new court is in office',
    ],
    ...roles.map((role) => [isAddressEqual(p[role], deployer), `${role} must not be the deployer`] as const),
    [isAddressEqual(p.guardian, p.governor), 'guardian must be another account than governor'],
    [isAddressEqual(p.guardian, p.admin), 'guardian must be another account than admin'],
  ]);
}

function productionProblems(p: DeployParameters): string[] {
  const names = Object.keys(LEAST_SECONDS) as (keyof typeof LEAST_SECONDS)[];
  return said([
    ...names.map(
      (name) =>
        [
          p[name] < LEAST_SECONDS[name],
          `${name} must be at least ${LEAST_SECONDS[name]} s in production, it is ${p[name]}`,
        ] as const,
    ),
    [p.token === 'mock', 'token must be a real one in production'],
    [!p.publicEndpointsOnly, 'publicEndpointsOnly must be true in production'],
  ]);
}

function said(rules: readonly (readonly [broken: boolean, problem: string])[]): string[] {
  return rules.flatMap(([broken, problem]) => (broken ? [problem] : []));
}
