// Control characters would steer the reader's terminal; bidirectional marks would reorder what is read.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text of a stranger's, made fit for a terminal: nothing invisible, nothing that steers it, at most `max` characters. */
export function safeText(text: string, max = 200): string {
  const visible = text.replace(UNSAFE, '\u{fffd}');
  return visible.length > max ? `${visible.slice(0, max - 1)}…` : visible;
}
