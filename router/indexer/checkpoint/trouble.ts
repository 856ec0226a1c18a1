import { CheckpointRefusedError } from './openDatabase.ts';

// https://sqlite.org/rescode.html; the upper bits say more than we ask.
const PRIMARY_CODE = 0xff;
const OF_THE_PLACE: ReadonlyMap<number, string> = new Map([
  [3, 'no permission'],
  [5, 'in use by another process'],
  [6, 'in use by another process'],
  [7, 'out of memory'],
  [10, 'disk error'],
  [13, 'disk full'],
  [14, 'cannot be opened'],
]);

/**
 * Whether the fault lies with the place (disk, rights, another process) and another file in it would not help.
 * Anything else is the file's own: what it holds cannot be read.
 */
export function isOfThePlace(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === undefined ? errnoOf(error) !== undefined : OF_THE_PLACE.has(code);
}

/** For logs and file names: never what the file holds. */
export function describeTrouble(error: unknown): string {
  if (error instanceof CheckpointRefusedError) return error.reason;
  const code = sqliteCode(error);
  if (code !== undefined) return OF_THE_PLACE.get(code) ?? 'damaged';
  return errnoOf(error) ?? 'damaged';
}

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & PRIMARY_CODE : undefined;
}

/** Of a failed system call, e.g. `EACCES`. */
function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return String(error.code);
}
