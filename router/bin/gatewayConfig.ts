import { loadConfig } from '../config/load.ts';
import type { GatewayConfig } from '../config/schema.ts';
import type { Environment } from '../config/substitute.ts';
import { checkpointPath } from '../indexer/checkpoint/checkpointPath.ts';
import { stateDir } from './stateDir.ts';

/**
 * Reads a gateway's configuration; the checkpoint stands in the user's state directory when the file says nothing.
 * @throws `ConfigError`
 */
export async function loadGatewayConfig(file: string, environment: Environment): Promise<GatewayConfig> {
  const config = await loadConfig(file, environment);
  const { settlement } = config;
  const directory = stateDir(environment);
  if (settlement?.checkpoint !== undefined || settlement === undefined || directory === undefined)
    return config;
  return { ...config, settlement: { ...settlement, checkpoint: checkpointPath(directory, settlement) } };
}
