import { readFile } from 'node:fs/promises';
import { type Address, isAddress, zeroAddress } from 'viem';
import { z } from 'zod';
import { DinError } from '../../router/core/dinError.ts';

const address = z.custom<Address>(
  (value) => typeof value === 'string' && isAddress(value) && value !== zeroAddress,
  'must be an address other than zero: 0x and 40 hex digits, with a right checksum if in mixed case',
);
const seconds = z.int().min(0).max(4_294_967_295);
const wei = z
  .union([
    z.bigint(),
    z
      .string()
      .regex(/^\d+n?$/, 'must be a whole number of the smallest unit, e.g. "1000n"')
      .transform((text) => BigInt(text.replace('n', ''))),
  ])
  .refine((value) => value > 0n && value < 1n << 96n, 'must be between 1 and 2^96 - 1');
const penalty = z.strictObject({
  firstBps: z.int().min(0).max(10_000),
  repeatBps: z.int().min(0).max(10_000),
  jailSeconds: seconds,
});

/**
 * Everything a deployment decides. Times in seconds, amounts in the token's smallest unit, shares in 1/10,000.
 * The contracts check the bounds again.
 */
export const deployParametersSchema = z.strictObject({
  /** An existing ERC-20, or `mock` for the development token that anyone may mint. */
  token: z.union([z.literal('mock'), address]),
  /** Grants and revokes roles, with the governor's delay. */
  admin: address,
  governor: address,
  guardian: address,
  /** Where slashed stake goes. */
  treasury: address,
  governorDelaySeconds: seconds,
  thawSeconds: seconds,
  courtChangeSeconds: seconds,
  publicEndpointsOnly: z.boolean(),
  /** Unix seconds at which epoch 0 starts. */
  genesis: z.int().min(0),
  epochSeconds: seconds,
  commitSeconds: seconds,
  revealSeconds: seconds,
  minBond: wei,
  maxWeight: wei,
  admissionOpen: z.boolean(),
  evidenceSeconds: seconds,
  vetoSeconds: seconds,
  repeatSeconds: seconds,
  /** In the order of `Offence`: downtime, latency, stale, invalid data, outage, equivocation. */
  penalties: z.tuple([penalty, penalty, penalty, penalty, penalty, penalty]),
});

export type DeployParameters = z.infer<typeof deployParametersSchema>;

/**
 * Reads a parameter file (Ignition's shape: `{"Din": {…}}`), `overrides` over it.
 * @throws {@link DeployParametersError} when the file cannot be read or a field is missing or wrong.
 */
export async function readDeployParameters(
  path: string,
  overrides: Partial<DeployParameters> = {},
): Promise<DeployParameters> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new DeployParametersError(`${path} cannot be read as JSON`, { cause });
  }
  const file = z.strictObject({ Din: z.record(z.string(), z.unknown()) }).safeParse(data);
  if (!file.success) throw new DeployParametersError(`${path} must be an object with the one key "Din"`);
  return parseDeployParameters({ ...file.data.Din, ...overrides }, path);
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
