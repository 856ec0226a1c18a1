/**
 * `npm run bench`: how many calls a gateway routes and what they cost, beside other proxies before the same node. The
 * method is in docs/benchmarks.md. Figures go to stdout, progress to stderr.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { DinError } from '../../router/core/dinError.ts';
import { routerGoals } from './router/goals.ts';
import { LONG_PARTS, PARTS, type Part } from './router/parts.ts';
import { INSTALL_LINE } from './router/programs.ts';
import { routerReport } from './router/report.ts';
import { runRouterBench } from './router/runRouterBench.ts';

const FOOTER = `
Needs programs of the system; without wrk and nginx nothing is measured, the others may be missing:
  ${INSTALL_LINE}
Takes about four minutes, with --long about eight. Figures go to stdout (--json: one JSON object), progress to stderr.
Exit codes: 0 measured, 1 something failed or, with --strict, a goal was not met, 2 the command line is wrong.`;

interface Options {
  readonly only?: ReadonlySet<Part>;
  readonly long?: true;
  readonly seconds: number;
  readonly connections: number;
  readonly strict?: true;
  readonly json?: true;
}

const program = new Command('bench')
  .description('Measures the gateway beside nginx, haproxy and Caddy, and what choosing a service costs')
  .option('--seconds <count>', 'for each figure', count, 6)
  .option('--connections <count>', 'of the load generator', count, 64)
  .addOption(
    new Option('--only <parts>', `some of ${PARTS.join(', ')}, separated by commas`)
      .argParser(someParts)
      .conflicts('long'),
  )
  .option('--long', `${LONG_PARTS.join(' and ')}, too`)
  .option('--strict', 'exit with 1 when a goal is missed or could not be measured')
  .option('--json', 'one JSON object on stdout')
  .addHelpText('after', FOOTER)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { only, long, seconds, connections, strict, json } = program.parse().opts<Options>();

const begun = performance.now();
try {
  const results = await runRouterBench({
    parts: only ?? new Set(PARTS.filter((part) => long || !LONG_PARTS.includes(part))),
    seconds,
    connections,
    onProgress(line) {
      const spent = ((performance.now() - begun) / 1_000).toFixed(1).padStart(6);
      process.stderr.write(`${spent} s  ${line}\n`);
    },
  });
  const goals = routerGoals(results);
  const areMet = goals.every(({ isMet }) => isMet === true);
  if (json) console.log(JSON.stringify({ ok: areMet, ...results, goals }));
  else for (const line of routerReport(results)) console.log(line);
  if (results.failed.length > 0 || (strict && !areMet)) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof DinError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function someParts(text: string): ReadonlySet<Part> {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is none of ${PARTS.join(', ')}`);
  return new Set(PARTS.filter((part) => names.includes(part)));
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('a whole number of at least 1 is needed');
  return value;
}
