import type { Abi, Address, ContractFunctionName } from 'viem';
import { GasFundsError } from '../../router/chain/sendError.ts';
import type { WriteCall } from '../../router/chain/transact.ts';
import { toJson } from './output.ts';
import { safeText } from './safeText.ts';
import type { SigningSession } from './session.ts';

/** A call that a command is about to send. */
export interface PlannedCall {
  readonly call: WriteCall;
  /** The contract's name, for people. */
  readonly contract: string;
  /** Cannot be simulated before the calls ahead of it are in a block. */
  readonly afterPrevious: boolean;
  /** Replaces arguments that must not be shown, such as a signature that others could use. */
  readonly shownArgs?: readonly unknown[] | undefined;
}

/** What was sent, or would be. */
export interface Transaction {
  readonly contract: string;
  readonly to: Address;
  readonly function: string;
  readonly args: readonly unknown[];
  /** Null where it cannot be known beforehand. */
  readonly estimatedGas: bigint | null;
  /** Left out in a dry run. */
  readonly hash?: `0x${string}`;
  readonly block?: bigint;
  readonly gasUsed?: bigint;
}

export function planned<
  const abi extends Abi,
  name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>,
>(
  contract: string,
  call: WriteCall<abi, name>,
  options: { readonly afterPrevious?: boolean; readonly shownArgs?: readonly unknown[] } = {},
): PlannedCall {
  return {
    contract,
    call: call as WriteCall,
    afterPrevious: options.afterPrevious === true,
    shownArgs: options.shownArgs,
  };
}

/**
 * Simulates all calls and looks for the gas money; only then sends them one by one, unless it is a dry run.
 * @throws `ContractRefusedError`, `GasFundsError` before anything is sent; the transactor's errors.
 */
export async function perform(
  session: SigningSession,
  plan: readonly PlannedCall[],
): Promise<readonly Transaction[]> {
  const { client, account, transactor, output } = session;
  const estimates: (bigint | null)[] = [];
  for (const { call, afterPrevious } of plan)
    estimates.push(afterPrevious ? null : (await transactor.simulate(call)).gas);
  if (plan.length > 0) {
    const gas = estimates.reduce((sum: bigint, estimate) => sum + (estimate ?? 0n), 0n);
    const [balance, price] = await Promise.all([
      client.getBalance({ address: account.address }),
      client.getGasPrice(),
    ]);
    if (balance < gas * price) throw new GasFundsError(account.address, undefined);
  }
  const done: Transaction[] = [];
  for (const [index, step] of plan.entries()) {
    const shown = {
      contract: step.contract,
      to: step.call.address,
      function: step.call.functionName,
      args: step.shownArgs ?? step.call.args ?? [],
      estimatedGas: estimates[index] ?? null,
    };
    if (session.dryRun) {
      done.push(shown);
      continue;
    }
    output.progress(`${step.contract}.${step.call.functionName}: sending`);
    const receipt = await transactor.simulateAndSend(step.call);
    output.progress(`${step.contract}.${step.call.functionName}: in block ${receipt.blockNumber}`);
    done.push({
      ...shown,
      hash: receipt.transactionHash,
      block: receipt.blockNumber,
      gasUsed: receipt.gasUsed,
    });
  }
  return done;
}

/** Prints a signing command's result: what was done, or in a dry run what would be. */
export function report(
  session: SigningSession,
  transactions: readonly Transaction[],
  data: Readonly<Record<string, unknown>>,
  lines: readonly string[],
): void {
  const { output, dryRun, checks } = session;
  output.result(
    { dryRun, ...data, ...(dryRun ? { checks } : {}), transactions },
    dryRun ? dryRunLines(checks, transactions) : lines,
  );
}

/** Notes a check that was passed. */
export function passed(session: SigningSession, line: string): void {
  session.checks.push(line);
}

function dryRunLines(checks: readonly string[], transactions: readonly Transaction[]): string[] {
  const lines = checks.map((check) => `checked: ${check}`);
  for (const transaction of transactions) {
    const args = transaction.args.map((arg) => safeText(toJson(arg), 400)).join(', ');
    const gas =
      transaction.estimatedGas === null
        ? 'gas not known before the one above'
        : `${transaction.estimatedGas} gas`;
    lines.push(`would send: ${transaction.contract}.${transaction.function}(${args})`);
    lines.push(`        to: ${transaction.to}, ${gas}`);
  }
  lines.push(transactions.length === 0 ? 'nothing to send' : 'dry run: nothing was sent');
  return lines;
}
