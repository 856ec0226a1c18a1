import { formatUnits } from 'viem';
import { table } from '../lib/table.ts';
import type { EpochVerdict } from './judge.ts';
import type { Disturbance, EpochPlan } from './plan.ts';
import type { Alleged } from './record.ts';
import type { SoakResults } from './results.ts';
import type { Truth } from './truth.ts';

const TOKEN_DECIMALS = 18;

/** For people. Faults: `~` where they may be punished or not, in brackets what must cost nobody anything. */
export function soakReport(results: SoakResults): string[] {
  const { epochs, watchers } = results;
  const head = ['epoch', 'what happened'];
  for (let watcher = 1; watcher <= watchers; watcher++) head.push(`watcher ${watcher}`);
  head.push('cases', 'executed', 'slashed');
  return [
    summary(results),
    '',
    ...table([head, ...epochs.map((one, index) => rowOf(one, results, index))]),
    '',
    ...results.lone.map((line) => `lone: ${line}`),
    ...results.flaws.map((line) => `! ${line}`),
    results.flaws.length === 0
      ? `no honest provider was accused, and each of ${results.certain} clear breaches was punished once`
      : `${results.flaws.length} flaws`,
  ];
}

function summary({ seed, providers, watchers, epochs, seconds, waitedSeconds, errors }: SoakResults): string {
  const said = Object.entries(errors).map(([event, count]) => `${event} ${count}`);
  const parts = [
    `seed ${seed}: ${epochs.length} epochs, ${providers} providers, ${watchers} watchers, ${seconds} s`,
    `of which ${waitedSeconds} s waited for late watchers`,
    `watchers' errors: ${said.join(', ') || 'none'}`,
  ];
  return parts.join('; ');
}

function rowOf(verdict: EpochVerdict, { plan, lost, stalled }: SoakResults, index: number): string[] {
  const { epoch, truths, certain, said, opened, executed, slashed } = verdict;
  const happened = [
    ...truths.flatMap((truth, provider) =>
      truth.filter(isWorthTelling).map((one) => truthText(one, provider, certain.has(provider))),
    ),
    ...disturbanceText(plan[index]),
    ...(lost.has(epoch) ? ['(reports lost)'] : []),
    ...(stalled.has(epoch) ? ['(this machine stood still)'] : []),
  ];
  const texts = said.map((one) => (one === undefined ? 'silent' : allegedText(one)));
  return [
    String(epoch),
    happened.join(', ') || 'nothing',
    // Who says the same as the first is not worth reading again.
    ...texts.map((text, watcher) => (watcher > 0 && text === texts[0] && text !== '-' ? '"' : text)),
    String(opened),
    String(executed),
    slashed === 0n ? '-' : Number(formatUnits(slashed, TOKEN_DECIMALS)).toFixed(2),
  ];
}

/** Not what began while the last watcher ended the epoch. */
function isWorthTelling({ share, isNoticeable }: Truth): boolean {
  return share > 0 || isNoticeable;
}

function truthText({ fault, isWhole, isNoticeable }: Truth, provider: number, isCertain: boolean): string {
  const text = `p${provider + 1} ${fault.name}`;
  if (!isNoticeable || fault.rank === 'harmless') return `(${text})`;
  return isWhole && isCertain ? text : `${text}~`;
}

function allegedText(alleged: readonly Alleged[]): string {
  return alleged.map(({ provider, offence }) => `p${provider + 1} ${offence}`).join(', ') || '-';
}

function disturbanceText(plan: EpochPlan | undefined): string[] {
  const text = plan?.disturbance && describe(plan.disturbance);
  return text === undefined ? [] : [`(${text})`];
}

/** One line of what an epoch is to bring. */
export function planText({ faults, disturbance }: Pick<EpochPlan, 'faults' | 'disturbance'>): string {
  const ill = faults.flatMap((fault, provider) => (fault ? [`p${provider + 1} ${fault.name}`] : []));
  const all = disturbance === undefined ? ill : [...ill, describe(disturbance)];
  return all.join(', ') || 'calm';
}

function describe(disturbance: Disturbance): string {
  switch (disturbance.kind) {
    case 'line':
      return `w${disturbance.watcher + 1}'s line ${disturbance.state}`;
    case 'kill':
      return `w${disturbance.watcher + 1} killed`;
    case 'settlement': {
      const whose =
        disturbance.watcher === undefined ? 'settlement' : `w${disturbance.watcher + 1}'s settlement`;
      return `${whose} ${disturbance.state}`;
    }
    case 'reorg':
      return `reorg of ${disturbance.depth}`;
    case 'congestion':
      return 'dear blocks';
    case 'maintenance':
      return `p${disturbance.provider + 1} announces`;
  }
}
