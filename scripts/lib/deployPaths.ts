import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDevelopmentChain } from '../../ignition/lib/parameterProblems.ts';
import { DinError } from '../../router/core/dinError.ts';
import { UsageError } from './usageError.ts';

const PARAMETERS = join(import.meta.dirname, '../../ignition/parameters');

/**
 * The parameter file of a network by name.
 * @throws {@link UsageError} that lists the known names.
 */
export async function parameterFile(network: string): Promise<string> {
  const files = await readdir(PARAMETERS);
  const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  if (names.includes(network)) return join(PARAMETERS, `${network}.json`);
  throw new UsageError(`There are no parameters for "${network}"; known: ${names.sort().join(', ')}`);
}

/** Where addresses are kept: in the repository for chains that last, out of it for those that do not. */
export function deploymentPath(chainId: number): string {
  return join(isDevelopmentChain(chainId) ? '.din/deployments' : 'deployments', `${chainId}.json`);
}

/** Ignition's journal beside the addresses. */
export function journalPath(out: string): string {
  return `${out.replace(/\.json$/, '')}.ignition`;
}

export async function hasJournal(deploymentDir: string): Promise<boolean> {
  return await exists(join(deploymentDir, 'journal.jsonl'));
}

/**
 * Without its journal, a deployment that is known would be made a second time and its addresses lost.
 * @throws {@link DeploymentExistsError}
 */
export async function requireNoOther(out: string, deploymentDir: string): Promise<void> {
  if ((await exists(out)) && !(await hasJournal(deploymentDir))) {
    throw new DeploymentExistsError(out, deploymentDir);
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

export class DeploymentExistsError extends DinError {
  readonly code = 'DEPLOYMENT_EXISTS';
  constructor(out: string, deploymentDir: string) {
    super(
      `${out} names a deployment whose journal is not in ${deploymentDir}: to make another one, give another --out`,
    );
  }
}
