import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { completeSettlement } from './completeSettlement.ts';
import { ConfigError, type ConfigProblem } from './configError.ts';
import { DeploymentUnusableError } from './deployment.ts';
import { type ParsedConfig, parseConfig } from './parse.ts';
import type { GatewayConfig, GatewayConfigInput } from './schema.ts';
import type { Environment } from './substitute.ts';
import { completeWatcher } from './watcher.ts';

/**
 * Reads and checks a configuration file, YAML or JSON. Paths in it are relative to it.
 * @throws {@link ConfigError} with every problem in it
 */
export async function loadConfig(file: string, environment: Environment): Promise<GatewayConfig> {
  return await complete(parseConfig(await readConfigFile(file), { file, environment }), dirname(file));
}

/** Every problem of a file; none when it can be used as it is. */
export async function validateConfig(
  file: string,
  environment: Environment,
): Promise<readonly ConfigProblem[]> {
  try {
    await loadConfig(file, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** Checks a configuration made in code rather than read from a file. Paths are relative to the working directory. */
export async function checkConfig(value: GatewayConfigInput): Promise<GatewayConfig> {
  const source = { file: 'configuration', environment: {} };
  return await complete(parseConfig(JSON.stringify(value), source), '.');
}

async function complete({ config, problem }: ParsedConfig, directory: string): Promise<GatewayConfig> {
  const { settlement, ...others } = config;
  const rest = { ...others, watcher: completeWatcher(others.watcher, directory) };
  if (settlement === undefined) return { ...rest, settlement };
  try {
    return { ...rest, settlement: await completeSettlement(settlement, directory) };
  } catch (error) {
    if (!(error instanceof DeploymentUnusableError)) throw error;
    throw new ConfigError([problem(['settlement', 'deployment'], error.message)], { cause: error });
  }
}

async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const message = missing ? 'there is no such file' : 'the file cannot be read';
    const problem = { file, line: undefined, column: undefined, field: '', message };
    throw new ConfigError([problem], { cause });
  }
}
