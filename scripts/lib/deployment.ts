import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Address, isAddress } from 'viem';
import { z } from 'zod';
import { DeploymentFileError } from './deploymentFile.ts';

const address = z.custom<Address>((value) => typeof value === 'string' && isAddress(value));
const schema = z.object({
  chainId: z.int().positive(),
  token: address,
  accessManager: address,
  vault: address,
  registry: address,
  hub: address,
  court: address,
  escrow: address,
  /** No event of vault, registry, hub, court and escrow is older. */
  deploymentBlock: z.int().min(0),
});

/** What was deployed where; the file that gateway, watcher and scripts read. */
export type Deployment = z.infer<typeof schema>;

/** @throws {@link DeploymentFileError} when the file is none that {@link writeDeployment} wrote. */
export async function readDeployment(path: string): Promise<Deployment> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new DeploymentFileError(path, 'it cannot be read as JSON', { cause });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path: at }) => at.join('.') || 'all');
  throw new DeploymentFileError(path, `missing or wrong: ${fields.join(', ')}`);
}

/** Replaces the file whole: a reader never sees half of it. */
export async function writeDeployment(path: string, deployment: Deployment): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const half = `${path}.${process.pid}.tmp`;
  await writeFile(half, `${JSON.stringify(deployment, null, 2)}\n`);
  await rename(half, path);
}
