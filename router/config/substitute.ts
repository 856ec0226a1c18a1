import { type Document, isPair, isScalar, isSeq, type Node, type Pair, Scalar, visit } from 'yaml';
import type { Path } from './position.ts';

/** The process environment, or a part of it. Passed in: only `router/bin` and `scripts` read it. */
export type Environment = Readonly<Record<string, string | undefined>>;

// Braces would end a flow collection (`[${A}, ${B}]`): while the text is parsed, letters without a meaning stand for
// them, one for one, so that all positions stay true.
const OPEN = '\ue000';
const CLOSE = '\ue001';
// `$${…}` stands for a literal `${…}`.
const REFERENCE = new RegExp(`(\\$?)\\$${OPEN}([^${CLOSE}]*)${CLOSE}`, 'g');
const NOTHING_ELSE = new RegExp(`^\\$${OPEN}[^${CLOSE}]*${CLOSE}$`);

/** The text with its `${NAME}` made safe for the parser; {@link substitute} undoes it. */
export function protectReferences(text: string): string {
  return text.replace(/\$\{([^{}\n]*)\}/g, `$$${OPEN}$1${CLOSE}`);
}

/**
 * Replaces the protected `${NAME}` in the document's values, in place and after parsing, so that no value can add structure. A value
 * that is nothing but an unquoted reference may become a number or a boolean.
 * @param onMissing called with each scalar that refers to what is not there, and with the reason
 */
export function substitute(
  document: Document,
  environment: Environment,
  onMissing: (scalar: Scalar, path: Path, reason: string) => void,
): void {
  visit(document, {
    Scalar(key, scalar, ancestors) {
      if (key === 'key' || !isScalar(scalar) || typeof scalar.value !== 'string') return;
      const source = scalar.value;
      const text = source.replace(REFERENCE, (_, doubled: string, name: string) => {
        if (doubled !== '') return `\${${name}}`;
        if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
          onMissing(
            scalar,
            pathTo(scalar, ancestors),
            `\${${name}} names no variable; allowed: letters, digits and "_"`,
          );
          return '';
        }
        const value = environment[name];
        if (value === undefined)
          onMissing(scalar, pathTo(scalar, ancestors), `the environment variable ${name} is not set`);
        return value ?? '';
      });
      const whole = scalar.type === Scalar.PLAIN && NOTHING_ELSE.test(source);
      scalar.value = whole ? plainValue(text) : text;
    },
  });
}

function pathTo(scalar: Scalar, ancestors: readonly (Document | Node | Pair)[]): Path {
  return ancestors.flatMap((node, depth): Path => {
    if (isPair(node)) return [String(node.key)];
    return isSeq(node) ? [node.items.indexOf(ancestors[depth + 1] ?? scalar)] : [];
  });
}

/** Numbers in decimal only: an address (0x…) stays text. */
function plainValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : text;
}
