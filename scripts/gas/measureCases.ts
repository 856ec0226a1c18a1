import { keccak256, toHex } from 'viem';
import { slashingCourtAbi } from '../../router/chain/abi/slashingCourt.ts';
import { ANYONE, NETWORKS, PROVIDERS, SIGNERS, WATCHERS } from './cast.ts';
import { EPOCH_BREACHES, reportOf } from './measureReports.ts';
import type { Meter } from './meter.ts';
import { signStatement } from './sign.ts';
import { callOf } from './testDeployment.ts';

const LATENCY = 1;
const abi = slashingCourtAbi;

/** Cases about the breaches that `measureReports` left. `lastEpoch` has most. */
export async function measureCases(meter: Meter, lastEpoch: bigint): Promise<void> {
  const { deployment, measure, send } = meter;
  const { node, governor, guardian, parameters } = deployment;
  const [to = governor] = deployment.courts;
  const [first, second, third, fourth] = PROVIDERS;

  const key = (epochsBefore: bigint, provider = first, network = 0) => ({
    ...{ epoch: lastEpoch - epochsBefore, provider: provider.address },
    ...{ network: NETWORKS[network] ?? '0x', offence: LATENCY },
  });
  type Key = ReturnType<typeof key>;
  const open = ({ epoch, provider, network, offence }: Key) =>
    callOf({ abi, to, functionName: 'openCase', args: [epoch, provider, network, offence] });
  const about = (functionName: 'appeal' | 'veto' | 'execute', about: Key) =>
    callOf({ abi, to, functionName, args: [about] });
  const resolve = (about: Key, upheld: boolean) =>
    callOf({ abi, to, functionName: 'resolveAppeal', args: [about, upheld] });

  await measure('court.openCaseFirst', ANYONE.address, open(key(3n)));
  await measure('court.openCaseAgain', ANYONE.address, open(key(2n)));

  const upheld = key(0n, second);
  await send(ANYONE.address, open(upheld));
  await measure('court.appeal', second.address, about('appeal', upheld));
  await measure('court.upholdAppeal', governor, resolve(upheld, true));
  const [watcher] = WATCHERS;
  const breaches = EPOCH_BREACHES.at(-1) ?? 0;
  const report = reportOf(meter, watcher.address, lastEpoch, breaches, 0);
  const proof = {
    ...{ salt: report.salt, chunkHashes: report.chunkHashes, chunk: 0 },
    ...{ measurementsHash: keccak256(report.measurements), breaches: report.breaches },
  };
  const charge = callOf({
    ...{ abi, to, functionName: 'chargeWatcher' },
    args: [upheld, watcher.address, proof],
  });
  await measure('court.chargeWatcher', ANYONE.address, charge);

  const vetoed = key(0n, third);
  await send(ANYONE.address, open(vetoed));
  await measure('court.veto', guardian, about('veto', vetoed));

  const rejected = key(0n, fourth);
  await send(ANYONE.address, open(rejected));
  await send(fourth.address, about('appeal', rejected));
  await measure('court.rejectAppeal', governor, resolve(rejected, false));

  const statement = { network: NETWORKS[0] ?? '0x', height: 21_000_000n, finalized: true };
  const [a, b] = [1, 2].map((fork) => ({ ...statement, blockHash: keccak256(toHex(fork)) }));
  if (a === undefined || b === undefined) throw new RangeError('no statements');
  const [signatureA, signatureB] = [
    await signStatement(deployment, SIGNERS[4], a),
    await signStatement(deployment, SIGNERS[4], b),
  ];
  const args = [a, signatureA, b, signatureB] as const;
  const prove = callOf({ abi, to, functionName: 'proveEquivocation', args });
  await measure('court.proveEquivocation', ANYONE.address, prove);

  await node.jumpTo((await node.now()) + parameters.windows.vetoSeconds);
  await measure('court.execute', ANYONE.address, about('execute', key(3n)));
  await measure('court.executeAgain', ANYONE.address, about('execute', key(2n)));
}
