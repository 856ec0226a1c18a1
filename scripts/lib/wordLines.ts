import type { ServiceEpoch } from '../../router/gateway/serviceEpoch.ts';

export const WORD_HEAD = [
  'EPOCH',
  'WATCHER',
  'WEIGHT',
  'ANSWERED',
  'P95',
  'LAG',
  'WRONG',
  'BREACHES',
] as const;

/** A row for what the watchers say of a service together, then one for each of them. */
export function wordRows({ epoch, together, said, silentWeight }: ServiceEpoch): string[][] {
  const rows = said.map((word) => [
    '',
    word.watcher,
    percent(word.weight),
    `${word.successes}/${word.samples}`,
    latency(word.p95LatencyMs || null),
    String(word.p95BlockLag),
    String(word.mismatches),
    [word.breaches.join(', ') || '-', ...(word.dissents ? ['dissents'] : [])].join(' '),
  ]);
  const sum = together
    ? [
        'together',
        percent(1 - silentWeight),
        percent(together.availability),
        latency(together.p95LatencyMs),
        String(together.p95BlockLag),
        String(together.mismatches),
        '',
      ]
    : ['no quorum', percent(1 - silentWeight), '-', '-', '-', '-', ''];
  return [[String(epoch), ...sum], ...rows];
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}

function latency(ms: number | null): string {
  return ms === null ? '-' : `${ms} ms`;
}
