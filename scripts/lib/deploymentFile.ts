import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DinError } from '../../router/core/dinError.ts';

const schema = z.object({ chainId: z.int().positive(), registry: z.string() });

/** What a command needs of a deployment file; the registry names the other contracts. */
export type DeploymentFile = z.infer<typeof schema>;

/**
 * Reads the file that `din deploy --out` wrote.
 * @throws {@link DeploymentFileError}
 */
export async function readDeploymentFile(path: string): Promise<DeploymentFile> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new DeploymentFileError(path, 'it cannot be read as JSON', { cause });
  }
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new DeploymentFileError(path, 'it has no chainId and registry');
  return parsed.data;
}

export class DeploymentFileError extends DinError {
  readonly code = 'DEPLOYMENT_FILE';
  constructor(path: string, why: string, options?: { cause?: unknown }) {
    super(`${path} is no deployment file: ${why}`, options);
  }
}
