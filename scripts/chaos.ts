/**
 * `npm run chaos`: a gateway between users who check every answer and providers that fail in all known ways. The
 * report goes to stdout, progress to stderr; exit status 1 when one call failed, was wrong, or a transaction was lost.
 */
import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { chaosReport, isFlawless } from './chaos/results.ts';
import { runChaos } from './chaos/runChaos.ts';
import { parseInteger } from './lib/options.ts';

const FOOTER = `
A seed makes the same faults in the same order again; what meets them is up to the machine.
Exit codes: 0 no call failed or was wrong and each transaction was mined once, 1 otherwise, 2 the command line is wrong.`;

interface Options {
  readonly calls: number;
  readonly seed?: number;
  readonly providers: number;
  readonly users: number;
  readonly json?: true;
}

const program = new Command('chaos')
  .description(
    'Sends calls through a gateway while up to all but one of its providers fail, and checks every answer',
  )
  .option('--calls <count>', 'at least so many', parseInteger(1, 100_000_000), 200_000)
  .option('--seed <number>', 'of the faults; left out, a new one', parseInteger(0, 2 ** 32 - 1))
  .option('--providers <count>', 'endpoints before one node', parseInteger(2, 10), 5)
  .option('--users <count>', 'calls at a time', parseInteger(1, 1_000), 16)
  .option('--json', 'one JSON object on stdout')
  .addHelpText('after', FOOTER)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { calls, seed = randomInt(2 ** 32), providers, users, json } = program.parse().opts<Options>();

process.stderr.write(`seed ${seed}\n`);
const begun = performance.now();
const results = await runChaos({
  ...{ seed, providers, calls, users },
  pauseMs: 0,
  onStep(line) {
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1).padStart(7);
    process.stderr.write(`${seconds} s  ${line}\n`);
  },
});
const ok = isFlawless(results);
if (json) console.log(JSON.stringify({ ok, ...results }));
else for (const line of chaosReport(results)) console.log(line);
process.exit(ok ? 0 : 1);
