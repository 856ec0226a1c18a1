import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, type Scalar, type Tags } from 'yaml';
import type { z } from 'zod';
import { ConfigError, type ConfigProblem } from './configError.ts';
import { fieldName, keyOffset, nodeAt, type Path } from './position.ts';
import { type GatewayConfig, gatewayConfigSchema } from './schema.ts';
import { type Environment, protectReferences, substitute } from './substitute.ts';
import { unknownKey } from './unknownKey.ts';

/**
 * Reads and checks a configuration file, YAML or JSON.
 * @throws {@link ConfigError} with every problem in it
 */
export async function loadConfig(file: string, environment: Environment): Promise<GatewayConfig> {
  return parseConfig(await readConfigFile(file), { file, environment });
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

/**
 * Checks the text of a configuration.
 * @param source.file its name, for messages
 * @throws {@link ConfigError} with every problem in it
 */
export function parseConfig(
  text: string,
  source: { readonly file: string; readonly environment: Environment },
): GatewayConfig {
  const lines = new LineCounter();
  const document = parseDocument(protectReferences(text), {
    lineCounter: lines,
    customTags: withoutHex,
    prettyErrors: false,
  });
  const problem = (offset: number | undefined, path: Path, message: string): ConfigProblem => {
    const place = offset === undefined ? undefined : lines.linePos(offset);
    return { file: source.file, line: place?.line, column: place?.col, field: fieldName(path), message };
  };
  const [broken] = document.errors;
  if (broken) {
    // The others follow from the first. What the parser quotes may be a secret.
    const message = `not valid YAML or JSON: ${broken.message.replace(/: ".*/s, '')}`;
    throw new ConfigError([problem(broken.pos[0], [], message)]);
  }

  const problems: ConfigProblem[] = [];
  const missing = new Set<Scalar>();
  substitute(document, source.environment, (scalar, path, reason) => {
    missing.add(scalar);
    problems.push(problem(scalar.range?.[0], path, reason));
  });
  // An empty file is an empty mapping: the answer is then what is missing, not "expected a mapping".
  const checked = gatewayConfigSchema.safeParse(document.toJS() ?? {});
  for (const issue of checked.error?.issues ?? []) {
    if (missing.has(document.getIn(issue.path, true) as Scalar)) continue;
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const message = unknownKey(gatewayConfigSchema, issue.path, key);
        problems.push(problem(keyOffset(document, issue.path, key), [...issue.path, key], message));
      }
    } else {
      const absent = !document.hasIn(issue.path) && issue.path.length > 0;
      const message = absent ? `is missing; ${issue.message}` : issue.message;
      problems.push(problem(nodeAt(document, issue.path)?.range?.[0], issue.path, message));
    }
  }
  if (problems.length > 0 || !checked.success) {
    throw new ConfigError(problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  }
  return checked.data;
}

/** Checks a configuration made in code rather than read from a file. */
export function checkConfig(value: z.input<typeof gatewayConfigSchema>): GatewayConfig {
  return parseConfig(JSON.stringify(value), { file: 'configuration', environment: {} });
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

/** An address without quotes is text, not a number of 160 bits. */
const withoutHex = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !('format' in tag) || tag.format !== 'HEX');
