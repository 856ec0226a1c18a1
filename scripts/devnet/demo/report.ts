import { table } from '../../lib/table.ts';
import type { DemoResults } from './results.ts';
import { tokens } from './tokens.ts';

const WIDTH = 100;

/** The story as tables for people. */
export function demoReport(results: DemoResults, seconds: number): string[] {
  const { cases, providers, watchers } = results;
  const executed = cases.filter(({ state }) => state === 'executed');
  const slashed = executed.reduce((sum, { amount }) => sum + amount, 0n);
  const percentile = percentiles(results.latencies);
  return [
    ...section('What users saw'),
    ...rows([
      ['calls', count(results.calls), `${count(results.batches)} batches, each item counts`],
      ['failed', count(results.failed), 'every answer checked against the node itself, ids too'],
      ['transactions', count(results.transactions), 'each in exactly one block, none lost, none doubled'],
      ['fail-overs', count(results.failovers), 'calls that a second provider answered'],
      [
        'latency',
        `${percentile(0.5)}`,
        `median; p95 ${percentile(0.95)}, p99 ${percentile(0.99)}, worst ${percentile(1)}`,
      ],
    ]),
    ...section('Providers'),
    ...rows([
      ['name', 'part in the story', 'stake before', 'after', 'slashed', 'calls received', 'at the end'],
      ...providers.map((one) => [
        one.name,
        one.part,
        tokens(one.stakeBefore),
        tokens(one.stakeAfter),
        tokens(one.stakeBefore - one.stakeAfter),
        count(one.received),
        one.state,
      ]),
    ]),
    ...section('Watchers'),
    ...rows([
      ['name', 'commits', 'reveals', 'breaches attested', 'rewards earned'],
      ...watchers.map((one) => [
        one.name,
        count(one.commits),
        count(one.reveals),
        count(one.attested),
        tokens(one.earned),
      ]),
    ]),
    ...section('Cases'),
    ...rows([
      ['provider', 'offence', 'epoch', 'slash', 'jail', 'state'],
      ...cases.map((one) => [
        one.provider,
        one.offence,
        String(one.epoch),
        tokens(one.amount),
        `${one.jailSeconds} s`,
        one.state,
      ]),
    ]),
    ...section('The dead provider'),
    ...rows([
      [
        'dropped',
        `${results.ejectedAfterMs} ms`,
        `after its jail was seen on-chain (${blocks(results.ejectedAfterBlocks)})`,
      ],
      ['unrouted', 'yes', 'its endpoint, running again, got no call while it was jailed'],
      [
        'back',
        `${results.backAfterSeconds.toFixed(1)} s`,
        'after the first jail began it served users again',
      ],
    ]),
    '',
    `${executed.length} cases executed ("slashed" below), ${tokens(slashed)} tokens slashed; ${seconds.toFixed(1)} s in all.`,
  ];
}

function section(title: string): string[] {
  return ['', `── ${title} ${'─'.repeat(Math.max(0, WIDTH - title.length - 4))}`];
}

function rows(cells: readonly (readonly string[])[]): string[] {
  return table(cells).map((line) => `  ${line}`);
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function blocks(number: number): string {
  if (number === 0) return 'in the same block';
  return number === 1 ? 'one block later' : `${number} blocks later`;
}

function percentiles(values: readonly number[]): (share: number) => string {
  const sorted = values.toSorted((a, b) => a - b);
  return (share) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return value < 1000 ? `${value.toFixed(1)} ms` : `${(value / 1000).toFixed(2)} s`;
  };
}
