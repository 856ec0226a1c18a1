export interface Percentiles {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface ChaosResults {
  readonly seed: number;
  readonly providers: number;
  /** Of faults, different ones. */
  readonly kinds: number;
  readonly phases: number;
  /** Each item of a batch counts. */
  readonly calls: number;
  readonly batches: number;
  /** Without an answer. */
  readonly failed: number;
  /** With one that is not what the node says. */
  readonly wrong: number;
  readonly transactions: number;
  /** What is wrong with the transactions on the chain, one line each. */
  readonly ledger: readonly string[];
  /** The first failed and wrong calls. */
  readonly failures: readonly string[];
  readonly failovers: number;
  /** Of the requests while all providers were well, and while some were not. */
  readonly calm: Percentiles;
  readonly storm: Percentiles;
  readonly seconds: number;
}

export function isFlawless({ failed, wrong, ledger }: ChaosResults): boolean {
  return failed === 0 && wrong === 0 && ledger.length === 0;
}

export function percentiles(latencies: readonly number[]): Percentiles {
  const sorted = [...latencies].sort((one, other) => one - other);
  const at = (share: number) => {
    const place = Math.min(Math.floor(sorted.length * share), sorted.length - 1);
    return Math.round((sorted[place] ?? 0) * 10) / 10;
  };
  return { requests: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

export function chaosReport(results: ChaosResults): string[] {
  const { calm, storm } = results;
  const row = (name: string, { requests, p50Ms, p99Ms, maxMs }: Percentiles) =>
    `${name.padEnd(6)} ${String(requests).padStart(8)} ${String(p50Ms).padStart(9)} ${String(p99Ms).padStart(9)} ${String(maxMs).padStart(9)}`;
  return [
    `seed ${results.seed}: ${results.kinds} kinds of fault in ${results.phases} phases on ${results.providers} providers, ${results.seconds} s`,
    `${results.calls} calls: ${results.failed} failed, ${results.wrong} wrong, ${results.failovers} fail-overs`,
    `${results.transactions} transactions: ${results.ledger.length === 0 ? 'each mined exactly once' : `${results.ledger.length} flaws`}`,
    '',
    `${''.padEnd(6)} ${'requests'.padStart(8)} ${'p50 ms'.padStart(9)} ${'p99 ms'.padStart(9)} ${'max ms'.padStart(9)}`,
    row('calm', calm),
    row('storm', storm),
    ...[...results.failures, ...results.ledger].map((line) => `! ${line}`),
  ];
}
