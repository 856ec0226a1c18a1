/**
 * `npm run bench:indexer`: what it costs to learn and to keep the provider set, beside Ponder on the same chain. The
 * method is in docs/benchmarks.md. Figures go to stdout, progress to stderr; exit status 1 when a goal is missed.
 */
import { Command, InvalidArgumentError } from 'commander';
import { benchReport } from './report.ts';
import { goals, rates } from './results.ts';
import { runBench } from './runBench.ts';

// The networks, and a few providers.
const LEAST_EVENTS = 100;
const FOOTER = `
Builds a chain of its own with real contracts, for about a minute, and takes about ten with Ponder.
Figures go to stdout (--json: one JSON object), progress to stderr.
Exit codes: 0 every goal is met, 1 one is missed or the run failed, 2 the command line is wrong.`;

interface Options {
  readonly events: number;
  readonly services: readonly number[];
  readonly ponder: boolean;
  readonly postgres?: true;
  readonly json?: true;
}

const program = new Command('bench:indexer')
  .description(
    "Measures backfill, memory, checkpoint and snapshots of the provider set, and Ponder's backfill",
  )
  .option(
    '--events <count>',
    'events on the chain; a tenth as many providers',
    wholeFrom(LEAST_EVENTS),
    100_000,
  )
  .option('--services <counts>', 'sizes of the sets for snapshots, fewest first', sizes, [10, 1_000, 100_000])
  .option('--postgres', 'Ponder on PostgreSQL instead of PGlite')
  .option('--no-ponder', 'leave Ponder out')
  .option('--json', 'one JSON object on stdout')
  .addHelpText('after', FOOTER)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { events, services, ponder, postgres, json } = program.parse().opts<Options>();

const begun = performance.now();
const results = await runBench({
  events,
  services,
  ponder: ponder ? (postgres ? 'postgres' : 'pglite') : undefined,
  onProgress(line) {
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${line}\n`);
  },
});
const judged = goals(results);
const missed = judged.filter(({ isMet }) => isMet === false);
if (json)
  console.log(JSON.stringify({ ok: missed.length === 0, ...results, rates: rates(results), goals: judged }));
else for (const line of benchReport(results)) console.log(line);
for (const { name } of missed) console.error(`goal missed: ${name}`);
// At once: what starts a PostgreSQL would end the process with a status of its own.
process.exit(missed.length === 0 ? 0 : 1);

function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`a whole number of at least ${least} is needed`);
    return value;
  };
}

function sizes(text: string): number[] {
  return text.split(',').map(wholeFrom(1));
}
