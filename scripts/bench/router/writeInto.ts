import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes a file into a directory, which is made when it is not there. @returns the file's path */
export function writeInto(directory: string, name: string, text: string): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}
