/**
 * `npm run bench:watcher`: what one watcher on one core takes to probe and to attest, and what that costs on a rollup.
 * The method is in docs/benchmarks.md. Figures go to stdout, progress to stderr.
 */
import { Command, InvalidArgumentError } from 'commander';
import { parseInteger } from '../lib/options.ts';
import { estimateNeed } from './watcher/need.ts';
import { PRICES_OF_2025 } from './watcher/prices.ts';
import { watcherReport } from './watcher/report.ts';
import { runWatcherBench } from './watcher/runWatcherBench.ts';

const FOOTER = `
Prices are round figures of 2025: give the day's own. A rollup of the OP Stack is reckoned with, whose scalars are those of
a large one.
Figures go to stdout (--json: one JSON object), progress to stderr.
Exit codes: 0 measured, 1 the run failed, 2 the command line is wrong.`;

interface Options {
  readonly providers: number;
  readonly networks: number;
  readonly seconds: number;
  readonly epochHours: number;
  readonly gasGwei: number;
  readonly l1BaseFeeGwei: number;
  readonly blobBaseFeeGwei: number;
  readonly baseFeeScalar: number;
  readonly blobBaseFeeScalar: number;
  readonly coinUsd: number;
  readonly json?: true;
}

const prices = PRICES_OF_2025;
const program = new Command('bench:watcher')
  .description('Measures one watcher on one core, each provider on each network')
  .option('--providers <count>', 'and a fifth of them for the slopes', parseInteger(5, 500), 50)
  .option('--networks <count>', 'each served by all', parseInteger(1, 100), 30)
  .option('--seconds <count>', 'of probes that are measured, of each size', parseInteger(5, 3_600), 60)
  .option('--epoch-hours <hours>', 'of the network', amount, 6)
  .option('--gas-gwei <gwei>', "the rollup's own gas", amount, prices.gasGwei)
  .option('--l1-base-fee-gwei <gwei>', "Ethereum's gas", amount, prices.l1BaseFeeGwei)
  .option('--blob-base-fee-gwei <gwei>', "Ethereum's blob gas", amount, prices.blobBaseFeeGwei)
  .option('--base-fee-scalar <millionths>', "of the rollup's operator", amount, prices.baseFeeScalar)
  .option('--blob-base-fee-scalar <millionths>', "of the rollup's operator", amount, prices.blobBaseFeeScalar)
  .option('--coin-usd <usd>', "the rollup's coin", amount, prices.coinUsd)
  .option('--json', 'one JSON object on stdout')
  .addHelpText('after', FOOTER)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { providers, networks, seconds, epochHours, json, ...given } = program.parse().opts<Options>();

const begun = performance.now();
const results = await runWatcherBench({
  ...{ providers, networks, seconds, epochHours, prices: given },
  onProgress(line) {
    const spent = ((performance.now() - begun) / 1_000).toFixed(1).padStart(6);
    process.stderr.write(`${spent} s  ${line}\n`);
  },
});
if (json) console.log(JSON.stringify({ ...results, need: estimateNeed(results) }));
else for (const line of watcherReport(results)) console.log(line);

function amount(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('a number of at least 0 is needed');
  return value;
}
