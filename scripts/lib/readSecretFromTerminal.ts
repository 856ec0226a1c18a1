import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks on stderr and reads a line that the terminal does not show. Ctrl-C and end of input give an empty answer. */
export function readSecretFromTerminal(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  // Turns the terminal's own echo off, so it comes before the question that invites to type.
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write(question);
  return new Promise((resolve) => {
    const finish = (answer: string) => {
      resolve(answer);
      lines.close();
    };
    lines.once('line', finish);
    lines.once('SIGINT', () => finish(''));
    lines.once('close', () => {
      process.stderr.write('\n');
      resolve('');
    });
  });
}
