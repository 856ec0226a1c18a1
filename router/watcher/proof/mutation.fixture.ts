import fc from 'fast-check';

type Json = unknown;
type Path = readonly (string | number)[];

/** An answer of which one thing is another: a digit, a truth value, an item that is gone, doubled or has moved. */
export interface Mutation {
  readonly answer: Json;
  /** Where, as `transactions.3.value`. */
  readonly path: string;
}

/**
 * @param untouched Paths (with `*` for any position) to which no block commits, so that they may be anything.
 */
export function mutations(answer: Json, untouched: readonly string[] = []): fc.Arbitrary<Mutation> {
  const places = placesOf(answer, []).filter(
    (path) => !untouched.includes(path.map((step) => (typeof step === 'number' ? '*' : step)).join('.')),
  );
  return fc
    .tuple(fc.constantFrom(...places), fc.nat(), fc.nat())
    .map(([path, first, second]) => ({
      answer: changed(answer, path, first, second),
      path: path.join('.'),
    }))
    .filter((mutation) => JSON.stringify(mutation.answer) !== JSON.stringify(answer));
}

function placesOf(value: Json, path: Path): Path[] {
  if (Array.isArray(value))
    return [
      ...(value.length > 0 ? [path] : []),
      ...value.flatMap((item, index) => placesOf(item, [...path, index])),
    ];
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, item]) => placesOf(item, [...path, name]));
  return [path];
}

function changed(value: Json, path: Path, first: number, second: number): Json {
  const [step, ...rest] = path;
  if (step === undefined) return another(value, first, second);
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? changed(item, rest, first, second) : item));
  return Object.fromEntries(
    Object.entries(value as object).map(([name, item]) => [
      name,
      name === step ? changed(item, rest, first, second) : item,
    ]),
  );
}

function another(value: Json, first: number, second: number): Json {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1 + second;
  if (value === null) return `0x${'11'.repeat(20)}`;
  if (typeof value === 'string') return otherDigit(value, first, second);
  const items = [...(value as Json[])];
  const at = first % items.length;
  const [item] = items.splice(at, 1);
  if (second % 3 === 1) items.push(item, item);
  if (second % 3 === 2) items.splice((at + 1) % (items.length + 1), 0, item);
  return items;
}

/** Another digit, not a leading zero more or less, as numbers may have them. */
function otherDigit(text: string, first: number, second: number): string {
  if (text === '0x') return '0x11';
  const at = 2 + (first % (text.length - 2));
  const digit = (Number.parseInt(text[at] ?? '0', 16) + 1 + (second % 15)) % 16;
  return text.slice(0, at) + digit.toString(16) + text.slice(at + 1);
}
