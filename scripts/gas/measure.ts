import { devAccount } from '../devnet/devAccounts.ts';
import type { Transactions } from './figures.ts';
import { measureCases } from './measureCases.ts';
import { measureEscrow } from './measureEscrow.ts';
import { measureProviders } from './measureProviders.ts';
import { measureReports } from './measureReports.ts';
import { createMeter, TOKEN } from './meter.ts';
import { deployForTest, type TestParameters } from './testDeployment.ts';
import { GENESIS_SECONDS, startTestNode } from './testNode.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** The design's own windows. Bonds such that two watchers of three make a quorum. */
export const measurementParameters: TestParameters = {
  thawSeconds: 21 * DAY,
  changeSeconds: 30 * DAY,
  pauseSeconds: 14 * DAY,
  publicEndpointsOnly: true,
  epochs: {
    ...{ genesis: GENESIS_SECONDS, epochSeconds: 6 * HOUR },
    ...{ commitSeconds: HOUR, revealSeconds: HOUR },
  },
  minBond: 50_000n * TOKEN,
  maxWeight: 500_000n * TOKEN,
  reward: 20n * TOKEN,
  maxReward: 1_000n * TOKEN,
  admissionOpen: true,
  windows: {
    ...{ evidenceSeconds: 7 * DAY, vetoSeconds: 3 * DAY },
    ...{ appealSeconds: 3 * DAY, repeatSeconds: 28 * DAY },
  },
  appealBond: 1_000n * TOKEN,
  escrowThawSeconds: 30 * DAY,
  feeBps: 500,
};

/** Gas of whole transactions, from their receipts on a real node: the same in every run on the same contracts. */
export async function measureTransactions(): Promise<Transactions> {
  const node = await startTestNode();
  try {
    const [governor, guardian, treasury] = [devAccount(0), devAccount(1), devAccount(2)];
    const deployment = await deployForTest({
      ...{ node, parameters: measurementParameters, courts: 1 },
      governor: governor.address,
      guardian: guardian.address,
      treasury: treasury.address,
    });
    const meter = createMeter(deployment);
    await measureProviders(meter);
    await measureCases(meter, await measureReports(meter));
    await measureEscrow(meter);
    return meter.figures;
  } finally {
    await node.stop();
  }
}
