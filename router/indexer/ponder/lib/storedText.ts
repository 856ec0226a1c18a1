/** A stranger's text as a text column takes it: PostgreSQL has no place for NUL. */
export function storedText(text: string): string {
  return text.replaceAll('\0', '\u{fffd}');
}
