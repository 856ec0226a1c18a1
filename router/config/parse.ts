import { LineCounter, parseDocument, type Scalar, type Tags } from 'yaml';
import { ConfigError, type ConfigProblem } from './configError.ts';
import { fieldName, keyOffset, nodeAt, type Path } from './position.ts';
import { gatewayConfigSchema, type WrittenConfig } from './schema.ts';
import { type Environment, protectReferences, substitute } from './substitute.ts';
import { unknownKey } from './unknownKey.ts';

export interface ParsedConfig {
  readonly config: WrittenConfig;
  /** A problem that shows only later, with its place in the text. */
  problem(path: Path, message: string): ConfigProblem;
}

/**
 * Checks the text of a configuration.
 * @param source.file its name, for messages
 * @throws {@link ConfigError} with every problem in it
 */
export function parseConfig(
  text: string,
  source: { readonly file: string; readonly environment: Environment },
): ParsedConfig {
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
  return {
    config: checked.data,
    problem: (path, message) => problem(nodeAt(document, path)?.range?.[0], path, message),
  };
}

/** An address without quotes is text, not a number of 160 bits. */
const withoutHex = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !('format' in tag) || tag.format !== 'HEX');
