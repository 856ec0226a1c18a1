import { type Address, BaseError, InsufficientFundsError, NonceTooLowError, RpcRequestError } from 'viem';
import { DinError } from '../core/dinError.ts';
import { describeChainError, plainText } from './chainError.ts';
import { decodeRefusal } from './contractRefused.ts';

// Geth, Reth, Erigon, Besu, anvil and Hardhat; Nethermind.
const REPLACEMENT_REFUSED = /replacement.{0,20}underpriced|replacement ?not ?allowed/;

/** The pool holds another transaction with this nonce, and asks for higher fees to take ours in its place. */
export function isReplacementRefused(error: unknown): boolean {
  return REPLACEMENT_REFUSED.test(plainText(error).toLowerCase());
}

export function isNonceUsed(error: unknown): boolean {
  return NonceTooLowError.nodeMessage.test(plainText(error).toLowerCase());
}

/** The node itself said no. */
export function isRefusal(error: unknown): boolean {
  return error instanceof BaseError && error.walk((cause) => cause instanceof RpcRequestError) !== null;
}

/** What a failed call or estimate says, where it is known: the contract's refusal or the want of gas money. */
export function explainFailure(error: unknown, functionName: string, account: Address): DinError | undefined {
  // viem gives these words a class of their own in some actions only.
  const noFunds = InsufficientFundsError.nodeMessage.test(plainText(error).toLowerCase());
  return noFunds ? new GasFundsError(account, error) : decodeRefusal(error, functionName);
}

/** The account cannot pay for gas. */
export class GasFundsError extends DinError {
  readonly code = 'INSUFFICIENT_GAS_FUNDS';
  constructor(address: Address, cause: unknown) {
    super(`${address} cannot pay for gas: send it some of the chain's own coin.`, { cause });
  }
}

/** No endpoint took the transaction. It is not in any pool that answered. */
export class SendFailedError extends DinError {
  readonly code = 'SEND_FAILED';
  constructor(functionName: string, cause: unknown) {
    super(`${functionName} could not be sent: ${describeChainError(cause)}`, { cause });
  }
}
