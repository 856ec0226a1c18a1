import { createRandom } from '../../test/fixtures/contracts/random.ts';
import { medianOf } from './median.ts';
import { createSetBench, OPERATIONS, type Operation, type SetBench } from './setBench.ts';
import { syntheticSet } from './syntheticSet.ts';

export interface SnapshotCost {
  readonly operation: Operation;
  /** Over which the services are spread. */
  readonly networks: number;
  readonly services: number;
  /** Nothing of the set in the processor's caches: as when an event comes after seconds of other work. */
  readonly cold: Cost;
  /** Many in a row, with the garbage that they make: as in a backfill, or as calls come. */
  readonly inARow: Cost;
}

export interface Cost {
  readonly medianMicroseconds: number;
  /** To the median with the fewest services. */
  readonly ratio: number;
}

const NETWORKS = [1, 30] as const;
// Lets the compiler see every size before anything counts.
const WARM_UP_ROUNDS = 3;
const ROUNDS = 9;
const ROW = 10_000;
const COLD_SAMPLES = 60;
const SEED = 4;
/** More than processors' caches hold. */
const OTHER_WORK_BYTES = 64 * 2 ** 20;
const NUMBERS_PER_CACHE_LINE = 8;

/** What a change of one provider, and asking who may serve, cost in sets of so many services. */
export function measureSnapshots(
  sizes: readonly number[],
  onProgress: (line: string) => void,
): SnapshotCost[] {
  const doOtherWork = createOtherWork();
  return NETWORKS.flatMap((networks) => {
    onProgress(`snapshots: ${sizes.join(', ')} services, networks: ${networks}`);
    const benches = sizes.map((services) =>
      createSetBench(syntheticSet({ services, networks }), createRandom(SEED)),
    );
    return OPERATIONS.flatMap((operation) => {
      takeTurns(benches, WARM_UP_ROUNDS, (bench) => bench.inARow(operation, ROW));
      const inARow = takeTurns(benches, ROUNDS, (bench) => bench.inARow(operation, ROW));
      const cold = takeTurns(benches, COLD_SAMPLES, (bench) => bench.one(operation, doOtherWork));
      return sizes.map((services, index) => ({
        ...{ operation, networks, services },
        cold: costOf(cold, index),
        inARow: costOf(inARow, index),
      }));
    });
  });
}

/** Medians. Sizes take turns, so that what disturbs one disturbs all. */
function takeTurns(
  benches: readonly SetBench[],
  rounds: number,
  time: (bench: SetBench) => number,
): number[] {
  const all = benches.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, bench] of benches.entries()) all[index]?.push(time(bench));
  }
  return all.map(medianOf);
}

function costOf(medians: readonly number[], index: number): Cost {
  const median = medians[index] ?? Number.NaN;
  return { medianMicroseconds: median * 1_000, ratio: median / (medians[0] ?? Number.NaN) };
}

function createOtherWork(): () => void {
  const data = new Float64Array(OTHER_WORK_BYTES / Float64Array.BYTES_PER_ELEMENT);
  return () => {
    for (let index = 0; index < data.length; index += NUMBERS_PER_CACHE_LINE) data[index] = index;
  };
}
