import { safeText } from '../lib/safeText.ts';
import { table } from '../lib/table.ts';
import type { RankedService, RoutePage } from './routePageSchema.ts';

/** The gateway's explanation for people. */
export function routeLines(page: RoutePage): string[] {
  const { ranking, omitted } = page;
  return [
    ...callLines(page),
    '',
    countsLine(page),
    ...table([HEAD, ...ranking.map((service) => rowOf(service, page.processes))]),
    ...(omitted > 0 ? [`and ${count(omitted, 'more service')}: --all shows them`] : []),
    ...reasonLines(ranking),
  ].map((line) => safeText(line, MAX_LINE));
}

// A screen's width some times over: what is longer is no line of ours.
const MAX_LINE = 500;

const KINDS = {
  read: 'A read: one service is asked, then the next, until one answers',
  send: 'A signed transaction: the chain takes it once, so several services are sent it at once',
  once: 'It acts on a node or the chain: once it may have been executed it is never sent again',
} as const;

function callLines({ network, call, sessionAt, processes }: RoutePage): string[] {
  const { kind, block, fanout, hedgeShare } = call;
  const head = network.head === null ? 'head not known' : `head ${network.head}`;
  const needs = `needs ${call.capabilities.join(', ') || 'nothing'}`;
  const named = block === null ? 'names no block' : `names block ${block}`;
  const lines = [
    `${call.method} on ${network.slug} (${network.caip2}), ${head}`,
    `${KINDS[kind]}; ${needs}; ${named}`,
  ];
  const atOnce = fanout > 1 ? `up to ${fanout} at once, ` : '';
  const sooner = hedgeShare > 0 ? `, sooner for up to ${percent(hedgeShare)} of reads` : '';
  const joined = kind === 'once' ? '' : `, the next after ${call.silentMs} ms of silence${sooner}`;
  lines.push(`Asks ${atOnce}${count(call.maxAttempts, 'service')} at most${joined}`);
  if (call.logs !== null) lines.push(logsLine(call.logs));
  if (call.mirrored) lines.push('Copies of it try services whose breaker is open');
  if (sessionAt !== null) lines.push(`The session's calls go to ${sessionAt}`);
  if (processes > 1)
    lines.push(`By ${processes} workers, each by its own knowledge: means, and sums of calls`);
  return lines;
}

function logsLine({ blocks, limit }: NonNullable<RoutePage['call']['logs']>): string {
  const spans = `Spans ${count(blocks, 'block')}`;
  if (limit === null) return `${spans}: asked whole, for no service has refused so many yet`;
  if (blocks <= limit) return `${spans}: asked whole, for some service takes ${limit}`;
  return `${spans}: asked in parts, for no service takes more than ${limit} at once`;
}

function countsLine({ counts }: RoutePage): string {
  const reasons = Object.entries(counts.byReason).map(([reason, times]) => `${times} ${reason}`);
  const eligible = `${counts.eligible} of ${count(counts.services, 'service')} eligible`;
  return [eligible, ...reasons].join(', ');
}

const HEAD = [
  '#',
  'service',
  'tier',
  'share',
  'in tier',
  'expected',
  'in flight',
  'cost',
  'weight',
  'lag',
  'head',
  'state',
];

function rowOf(service: RankedService, processes: number): string[] {
  const { weight, slowStart } = service;
  return [
    String(service.place),
    service.label,
    service.tier,
    percent(service.share),
    percent(service.tierShare),
    `${rounded(service.expectedMs)} ms`,
    String(service.inFlight),
    String(rounded(service.cost)),
    slowStart < 1 ? `${rounded(weight)} (slow start)` : String(rounded(weight)),
    `×${rounded(service.lagFactor)}`,
    service.head === null ? '–' : String(service.head),
    stateOf(service, processes),
  ];
}

function stateOf({ turn, reason, eligibleIn }: RankedService, processes: number): string {
  if (turn === 'eligible')
    return eligibleIn < processes ? `eligible in ${eligibleIn} of ${processes} workers` : 'eligible';
  return turn === 'never' ? `never: ${reason}` : `last resort: ${reason}`;
}

/** Why each one shown may not be asked, and what would change it; what is the same is said once. */
function reasonLines(ranking: readonly RankedService[]): string[] {
  const why = new Map<string, string[]>();
  for (const { because, remedy, label } of ranking) {
    if (because === null) continue;
    const text = remedy === null ? because : `${because} (${remedy})`;
    why.set(text, [...(why.get(text) ?? []), label]);
  }
  if (why.size === 0) return [];
  return [
    '',
    'Why not:',
    ...Array.from(why, ([text, labels]) => {
      const others = labels.length > 1 ? ` and ${labels.length - 1} more` : '';
      return `  ${labels[0]}${others}: ${text}`;
    }),
  ];
}

function percent(part: number): string {
  const value = part * 100;
  if (value > 0 && value < 0.1) return '<0.1 %';
  return `${Math.round(value * 10) / 10} %`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
