/**
 * `npm run soak`: real watchers attest about real endpoints that fail in known ways, for many epochs. The table goes to
 * stdout, progress to stderr; exit status 1 when an honest provider was accused, or a clear breach not punished once.
 */
import { randomInt } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Command } from 'commander';
import { parseInteger } from './lib/options.ts';
import { soakReport } from './soak/report.ts';
import { isFlawless } from './soak/results.ts';
import { runSoak } from './soak/runSoak.ts';

const FOOTER = `
At most half of the providers fail at a time. A seed makes the same faults in the same order again; which probe meets
them is up to chance and the machine. An epoch takes about eight seconds.
In the table, ~ marks a fault that may be punished or not, mostly for lasting only a part of the epoch; brackets what
must cost nobody anything, and " that a watcher says the same as the first.
Exit codes: 0 no honest provider was accused and each clear breach was punished once, 1 otherwise, 2 the command line is wrong.`;

interface Options {
  readonly epochs: number;
  readonly seed?: number;
  readonly providers: number;
  readonly watchers: number;
  readonly log?: string;
  readonly json?: true;
}

const program = new Command('soak')
  .description('Holds what watchers attest, over many epochs of random faults, against what really happened')
  .option('--epochs <count>', 'with faults', parseInteger(2, 10_000), 40)
  .option('--seed <number>', 'of the faults; left out, a new one', parseInteger(0, 2 ** 32 - 1))
  .option('--providers <count>', 'of different owners', parseInteger(4, 10), 6)
  .option('--watchers <count>', 'each a process', parseInteger(3, 8), 3)
  .option('--log <file>', "the watchers' logs, one JSON object a line")
  .option('--json', 'one JSON object on stdout')
  .addHelpText('after', FOOTER)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { epochs, seed = randomInt(2 ** 32), providers, watchers, log, json } = program.parse().opts<Options>();

process.stderr.write(`seed ${seed}\n`);
const logFile = log === undefined ? undefined : createWriteStream(log);
const begun = performance.now();
const results = await runSoak({
  ...{ seed, epochs, providers, watchers },
  onStep(line) {
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1).padStart(7);
    process.stderr.write(`${seconds} s  ${line}\n`);
  },
  onNews(watcher, { at, ...news }) {
    const seconds = Math.round(at - begun) / 1_000;
    logFile?.write(`${JSON.stringify({ seconds, watcher, ...news })}\n`);
  },
});
await new Promise((resolve) => (logFile === undefined ? resolve(undefined) : logFile.end(resolve)));
const ok = isFlawless(results);
if (json) console.log(JSON.stringify({ ok, ...results }, toJson));
else for (const line of soakReport(results)) console.log(line);
process.exit(ok ? 0 : 1);

/** Amounts as decimal strings, sets as lists. */
function toJson(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Set ? [...value] : value;
}
