import { readFile } from 'node:fs/promises';
import { type Address, isAddress, zeroAddress } from 'viem';
import { z } from 'zod';
import { DinError } from '../../router/core/dinError.ts';

const address = z.custom<Address>(
  (value) => typeof value === 'string' && isAddress(value) && value !== zeroAddress,
  'must be an address other than zero: 0x and 40 hex digits, with a right checksum if in mixed case',
);
// As a date this is 2106; what is meant in milliseconds is far beyond and is refused.
const seconds = z.int().min(0).max(4_294_967_295);
const amount = z
  .union([
    z.bigint(),
    z.int().transform(BigInt),
    z
      .string()
      .regex(/^\d+n?$/, 'must be a whole number of the smallest unit, e.g. "1000n"')
      .transform((text) => BigInt(text.replace('n', ''))),
  ])
  .refine((value) => value >= 0n && value < 1n << 96n, 'must be between 0 and 2^96 - 1');
const positive = amount.refine((value) => value > 0n, 'must be above 0');
const bps = z.int().min(0).max(10_000);
const penalty = z.strictObject({ firstBps: bps, repeatBps: bps, jailSeconds: seconds });

/**
 * Everything a deployment decides. Times in seconds, amounts in the token's smallest unit, shares in 1/10,000.
 * The contracts check the bounds again.
 */
export const deployParametersSchema = z.strictObject({
  /**
   * What the parameters are fit for. `development`: chains that hold nothing. `testnet`: the one chain that `chainId`
   * names. `production`, and whatever says nothing: the design's windows are the least.
   */
  profile: z.enum(['development', 'testnet', 'production']).optional(),
  /** The only chain that these parameters are for. */
  chainId: z.int().positive().optional(),
  /** An existing ERC-20, or `mock` for the development token that anyone may mint. */
  token: z.union([z.literal('mock'), address]),
  /** Grants and revokes roles, with the governor's delay. */
  admin: address,
  governor: address,
  guardian: address,
  /** Where slashed stake, forfeited appeal bonds and fees go. */
  treasury: address,
  governorDelaySeconds: seconds,
  thawSeconds: seconds,
  /** Delay of a new court, escrow or registry. */
  courtChangeSeconds: seconds,
  pauseSeconds: seconds,
  publicEndpointsOnly: z.boolean(),
  /** Unix seconds at which epoch 0 starts. */
  genesis: seconds,
  epochSeconds: seconds,
  commitSeconds: seconds,
  revealSeconds: seconds,
  minBond: positive,
  maxWeight: positive,
  /** Flat, for each accepted report of a watcher. */
  reward: amount,
  maxReward: amount,
  admissionOpen: z.boolean(),
  evidenceSeconds: seconds,
  vetoSeconds: seconds,
  appealSeconds: seconds,
  repeatSeconds: seconds,
  appealBond: positive,
  escrowThawSeconds: seconds,
  /** The protocol's share of what providers collect. */
  feeBps: bps,
  /** In the order of `Offence`: downtime, latency, stale, invalid data, outage, equivocation. */
  penalties: z.tuple([penalty, penalty, penalty, penalty, penalty, penalty]),
});

export type DeployParameters = z.infer<typeof deployParametersSchema>;
export type Penalty = DeployParameters['penalties'][number];

const fileSchema = z.strictObject({
  profile: z.unknown().optional(),
  chainId: z.unknown().optional(),
  Din: z.record(z.string(), z.unknown()),
});

/**
 * Reads a parameter file (Ignition's shape, `{"Din": {…}}`, with `profile` and `chainId` beside it), `overrides` over
 * it.
 * @throws {@link DeployParametersError} when the file cannot be read or a field is missing or wrong.
 */
export async function readDeployParameters(
  path: string,
  overrides: Readonly<Record<string, unknown>> = {},
): Promise<DeployParameters> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new DeployParametersError(`${path} cannot be read as JSON`, { cause });
  }
  const file = fileSchema.safeParse(data);
  if (!file.success) {
    throw new DeployParametersError(`${path} must be an object with "Din", and at most "profile", "chainId"`);
  }
  const { Din, ...beside } = file.data;
  return parseDeployParameters({ ...beside, ...Din, ...overrides }, path);
}

/** @throws {@link DeployParametersError} that names every field that is missing or wrong. */
export function parseDeployParameters(value: unknown, source = 'deployment parameters'): DeployParameters {
  const parsed = deployParametersSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`);
  throw new DeployParametersError(`${source}: ${fields.join('; ')}`);
}

export class DeployParametersError extends DinError {
  readonly code = 'DEPLOY_PARAMETERS';
}
