import { table } from '../../lib/table.ts';
import { estimateNeed, type Need } from './need.ts';
import { priceOf } from './prices.ts';
import type { EpochFigures, SizeFigures, WatcherBenchResults } from './results.ts';

const MEGABYTE = 1e6;

/** For people; every line says what is in its figure. */
export function watcherReport(results: WatcherBenchResults): string[] {
  const { machine, sizes, prices, epochHours } = results;
  const { slopes, measured, large, largeAndOften } = estimateNeed(results);
  const pinned = machine.isPinned ? 'the watcher on one of them' : 'the watcher on any of them';
  const last = sizes.at(-1);
  return [
    `${machine.cores} cores, ${pinned}, Node ${machine.node}`,
    '',
    'Measured: one watcher that asks as fast as it ever does',
    ...table(sizeRows(sizes)),
    '',
    `Measured: transactions of an epoch of ${last?.services ?? 0} services, and with breaches of ${sizes[0]?.services ?? 0}`,
    ...table([
      ['', 'transactions', 'gas', 'bytes signed', 'bytes FastLZ', 'USD of gas', 'USD of data'],
      ...(last ? sentRows(last.epoch, '') : []),
      ...(sizes[0]?.breaching
        ? sentRows(sizes[0].breaching, `, ${sizes[0].breaching.breaches} breaches`)
        : []),
    ]),
    '',
    `Reckoned from that, for epochs of ${epochHours} h: a record ${whole(slopes.perRecord.gas)} gas, a breach ${whole(slopes.perBreach.gas)} gas, a sample ${whole(slopes.bytesPerSample)} bytes of memory`,
    ...table(needRows([measured, large, largeAndOften])),
    '',
    `Prices: ${prices.gasGwei} gwei for the rollup's gas, ${prices.l1BaseFeeGwei} and ${prices.blobBaseFeeGwei} gwei for Ethereum's gas and blob gas, scalars ${prices.baseFeeScalar} and ${prices.blobBaseFeeScalar}, ${prices.coinUsd} USD for the coin`,
  ];

  function sentRows({ sent }: EpochFigures, what: string): string[][] {
    return sent
      .filter(({ name }) => name !== 'other')
      .map((one) => {
        const usd = priceOf(one, prices);
        return [
          `${one.name}${what}`,
          ...[one.count, one.gas, one.bytes, one.fastLzBytes].map(whole),
          ...[usd.gas, usd.data].map(dollars),
        ];
      });
  }
}

function sizeRows(sizes: readonly SizeFigures[]): string[][] {
  const row = (name: string, cell: (size: SizeFigures) => string) => [name, ...sizes.map(cell)];
  return [
    row('providers × networks', ({ providers, networks }) => `${providers} × ${networks}`),
    row('from process start to work', ({ startMs }) => `${(startMs / 1_000).toFixed(1)} s`),
    row('probes a second', ({ probing }) => (probing.probes / probing.seconds).toFixed(0)),
    row('calls a second, with those that prove', ({ probing }) =>
      (probing.calls / probing.seconds).toFixed(0),
    ),
    row('of the core', ({ probing }) => percent(probing.cpuMs / 1_000 / probing.seconds)),
    row('processor time a probe', ({ probing }) => `${(probing.cpuMs / probing.probes).toFixed(2)} ms`),
    row('memory held at start, and at the end', (size) =>
      [size.heldAtStart, size.heldWarm].map(megabytes).join(', '),
    ),
    row('most memory of the process, with garbage', ({ peakRss }) => megabytes(peakRss)),
    row('samples of the epoch', ({ epoch }) => whole(epoch.samples)),
    row('processor time for its report', ({ epoch }) => `${whole(epoch.closeCpuMs)} ms`),
  ];
}

function needRows(needs: readonly Need[]): string[][] {
  const row = (name: string, cell: (need: Need) => string) => [name, ...needs.map(cell)];
  return [
    row('providers × networks', ({ providers, networks }) => `${whole(providers)} × ${networks}`),
    row('probes a second', ({ probesPerSecond }) => whole(probesPerSecond)),
    row('samples of a service in an epoch', ({ samplesPerEpoch }) => whole(samplesPerEpoch)),
    row('cores, while it asks', ({ cores }) => cores.toFixed(2)),
    row('processor time for a report', ({ closeCpuSeconds }) => `${closeCpuSeconds.toFixed(1)} s`),
    row('memory held at the end of an epoch', ({ held }) => megabytes(held)),
    row('transactions an epoch', ({ transactions }) => whole(transactions)),
    row('gas an epoch', ({ gas }) => whole(gas)),
    row('bytes an epoch', ({ bytes }) => whole(bytes)),
    row('USD a day: gas, data', ({ usdPerDay }) => [usdPerDay.gas, usdPerDay.data].map(dollars).join(', ')),
    row('USD a breach, beside that', ({ usdPerBreach }) => dollars(usdPerBreach)),
  ];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  return `${whole(bytes / MEGABYTE)} MB`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function dollars(usd: number): string {
  return usd >= 1 ? usd.toFixed(2) : usd.toPrecision(2);
}
