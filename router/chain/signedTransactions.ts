import { appendFileSync, closeSync, fsyncSync, openSync, readFileSync, renameSync } from 'node:fs';
import { type Hex, isHex, parseTransaction } from 'viem';

/**
 * What one account has signed, on disk before it is sent: whoever is killed in between can still tell what may be on
 * its way. No secret: each transaction can be in the chain once only.
 */
export interface SignedTransactions {
  /** Oldest first. What a crash left half written was never sent, and is left out. */
  read(): readonly Hex[];
  /** On disk when it returns. */
  note(signed: Hex): void;
  /** Forgets all others. */
  keep(signed: readonly Hex[]): void;
}

/** The file at `path`, one transaction a line; it need not exist. */
export function openSignedTransactions(path: string): SignedTransactions {
  return {
    read: () => readOrEmpty(path).split('\n').filter(isTransaction),
    // The line before may be a half one.
    note: (signed) => write(path, 'a', `\n${signed}\n`),
    keep(signed) {
      const whole = `${path}.tmp`;
      write(whole, 'w', signed.map((one) => `${one}\n`).join(''));
      renameSync(whole, path);
    },
  };
}

function isTransaction(line: string): line is Hex {
  if (!isHex(line)) return false;
  try {
    parseTransaction(line);
    return true;
  } catch {
    return false;
  }
}

function write(path: string, flags: 'a' | 'w', text: string): void {
  const file = openSync(path, flags, 0o600);
  try {
    appendFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
