import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DinError } from '../core/dinError.ts';
import { address, chainId } from './kinds.ts';

// The registry names the other contracts.
const schema = z.object({ chainId, registry: address });

/**
 * What a router needs of the file that `din deploy` wrote.
 * @throws {@link DeploymentUnusableError}
 */
export async function readDeployment(path: string): Promise<z.output<typeof schema>> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new DeploymentUnusableError(missing ? 'there is no such file' : 'the file is no JSON', { cause });
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new DeploymentUnusableError('the file has no chainId and registry');
}

/** The message has neither path nor content. */
export class DeploymentUnusableError extends DinError {
  readonly code = 'DEPLOYMENT_UNUSABLE';
  constructor(why: string, options?: { cause?: unknown }) {
    super(`${why}; allowed: the file that \`din deploy\` wrote`, options);
  }
}
