import { formatEther } from 'viem';
import type { DeployParameters } from '../../ignition/lib/deployParameters.ts';
import type { Check } from '../../ignition/lib/verifyDeployment.ts';
import type { Deployment } from './deployment.ts';
import { toJson } from './output.ts';
import type { SentTransaction } from './sentTransactions.ts';
import { table } from './table.ts';

export function addressLines(deployment: Deployment): string[] {
  return table(Object.entries(deployment).map(([name, value]) => [name, String(value)]));
}

export function parameterLines(parameters: DeployParameters): string[] {
  return table(Object.entries(parameters).map(([name, value]) => [name, toJson(value).replaceAll('"', '')]));
}

export function checkLines(checks: readonly Check[]): string[] {
  const wrong = checks.filter(({ ok }) => !ok).length;
  return [
    ...table(
      checks.map(({ check, expected, actual, ok }) => [
        ok ? 'ok' : 'DIFFERS',
        check,
        ok ? actual : `${actual}, not ${expected}`,
      ]),
    ),
    wrong === 0 ? `all ${checks.length} checks hold` : `${wrong} of ${checks.length} checks do not hold`,
  ];
}

export function gasLines(transactions: readonly SentTransaction[]): string[] {
  const { gas, cost } = totalOf(transactions);
  return [
    ...table(transactions.map(({ name, gasUsed }) => [name, `${gasUsed} gas`])),
    `${gas} gas in ${transactions.length} transactions, ${formatEther(cost)} of the chain's coin`,
  ];
}

export function totalOf(transactions: readonly SentTransaction[]): { gas: bigint; cost: bigint } {
  return {
    gas: transactions.reduce((sum, { gasUsed }) => sum + gasUsed, 0n),
    cost: transactions.reduce((sum, { cost }) => sum + cost, 0n),
  };
}
