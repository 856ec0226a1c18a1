import { type AbiParameter, BaseError, decodeErrorResult, type Hex } from 'viem';
import { DinError } from '../core/dinError.ts';
import { paymentEscrowAbi } from './abi/paymentEscrow.ts';
import { providerRegistryAbi } from './abi/providerRegistry.ts';
import { slashingCourtAbi } from './abi/slashingCourt.ts';
import { stakeVaultAbi } from './abi/stakeVault.ts';
import { watcherHubAbi } from './abi/watcherHub.ts';
import { openZeppelinErrors } from './openZeppelinErrors.ts';

// A refusal of one contract often comes out of another (the vault's through the court), so all are tried.
const ALL_ERRORS = [
  ...providerRegistryAbi,
  ...stakeVaultAbi,
  ...watcherHubAbi,
  ...slashingCourtAbi,
  ...paymentEscrowAbi,
  ...openZeppelinErrors,
].filter((item) => item.type === 'error');

/** A contract's custom error as {@link ContractRefusedError}; undefined when the error is not a revert. */
export function decodeRefusal(error: unknown, functionName: string): ContractRefusedError | undefined {
  const revert = findRevert(error);
  if (revert === undefined) return undefined;
  const { data, reason } = revert;
  if (data === undefined || data === '0x') {
    return new ContractRefusedError({ functionName, errorName: 'Reverted', args: {}, reason, cause: error });
  }
  try {
    const { errorName, abiItem, args } = decodeErrorResult({ abi: ALL_ERRORS, data });
    const named = nameArgs('inputs' in abiItem ? abiItem.inputs : [], args ?? []);
    return new ContractRefusedError({ functionName, errorName, args: named, data, cause: error });
  } catch {
    return new ContractRefusedError({
      functionName,
      errorName: data.slice(0, 10),
      args: {},
      data,
      reason,
      cause: error,
    });
  }
}

interface Revert {
  readonly data: Hex | undefined;
  readonly reason: string | undefined;
}

function findRevert(error: unknown): Revert | undefined {
  if (!(error instanceof BaseError)) return undefined;
  let reverted = false;
  let reason: string | undefined;
  let data: Hex | undefined;
  error.walk((cause) => {
    if (typeof cause !== 'object' || cause === null) return false;
    if ('data' in cause) data ??= revertData(cause.data);
    if ('code' in cause && cause.code === 3) reverted = true;
    const text = cause instanceof BaseError ? cause.details || cause.shortMessage : '';
    // Nodes without code 3 (Geth before 1.9, Nethermind) say it in words.
    if (/execution reverted|vm execution error/i.test(text)) {
      reverted = true;
      reason ??= text;
    }
    return false;
  });
  return reverted || data !== undefined ? { data, reason } : undefined;
}

function revertData(data: unknown): Hex | undefined {
  const value = typeof data === 'object' && data !== null && 'data' in data ? data.data : data;
  return typeof value === 'string' && /^0x(?:[0-9a-f]{2})*$/i.test(value) ? (value as Hex) : undefined;
}

function nameArgs(inputs: readonly AbiParameter[], values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(values.map((value, index) => [inputs[index]?.name || String(index), value]));
}

function printArg(value: unknown): string {
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

/** The contract refuses the call, now or in a simulation. Sending it again does not help until its cause is removed. */
export class ContractRefusedError extends DinError {
  readonly code = 'CONTRACT_REFUSED';
  readonly functionName: string;
  /** Name of the custom error; `Error` or `Panic` for Solidity's own, the selector when it is of a foreign contract. */
  readonly errorName: string;
  /** By the names in the ABI. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly data: Hex | undefined;

  constructor(of: {
    functionName: string;
    errorName: string;
    args: Readonly<Record<string, unknown>>;
    data?: Hex | undefined;
    reason?: string | undefined;
    cause?: unknown;
  }) {
    const args = Object.entries(of.args).map(([name, value]) => `${name}: ${printArg(value)}`);
    const reason = of.reason === undefined ? '' : ` (${of.reason})`;
    super(`${of.functionName} was refused: ${of.errorName}(${args.join(', ')})${reason}`, {
      cause: of.cause,
    });
    this.functionName = of.functionName;
    this.errorName = of.errorName;
    this.args = of.args;
    this.data = of.data;
  }
}
