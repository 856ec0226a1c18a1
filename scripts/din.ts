#!/usr/bin/env node
import { runDin } from './cli.ts';
import { readSecretFromTerminal } from './lib/readSecretFromTerminal.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

// A reader that has seen enough (`din … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runDin(process.argv.slice(2), {
  env: process.env,
  stdout: (line) => process.stdout.write(`${line}\n`),
  stderr: (line) => process.stderr.write(`${line}\n`),
  signal: stop.signal,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { readSecret: readSecretFromTerminal } : {}),
});
