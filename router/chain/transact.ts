import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Abi,
  type Account,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionParameters,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Hex,
  InsufficientFundsError,
  keccak256,
  type LocalAccount,
  NonceTooLowError,
  type PublicClient,
  type TransactionReceipt,
} from 'viem';
import { type Clock, systemClock } from '../core/clock.ts';
import { DinError } from '../core/dinError.ts';
import { describeChainError, plainText } from './chainError.ts';
import { decodeRefusal } from './contractRefused.ts';

// A few slow blocks of a busy main network.
const RECEIPT_TIMEOUT_MS = 120_000;
const RECEIPT_POLL_MS = 250;
// Others' transactions may come between the estimate and the block and make ours dearer (e.g. a first tally).
const GAS_MARGIN_PERCENT = 25n;

type Mutability = 'nonpayable' | 'payable';

/** A call that changes state, typed by its ABI. */
export type WriteCall<
  abi extends Abi | readonly unknown[] = Abi,
  name extends ContractFunctionName<abi, Mutability> = ContractFunctionName<abi, Mutability>,
> = ContractFunctionParameters<abi, Mutability, name, ContractFunctionArgs<abi, Mutability, name>>;

export interface Simulation {
  /** Estimated, without the margin that a real transaction gets. */
  readonly gas: bigint;
  readonly data: Hex;
}

/** Sends one account's transactions, one after the other. */
export interface Transactor {
  readonly account: LocalAccount;
  /**
   * Runs the call without sending it, against the newest block.
   * @throws {@link ContractRefusedError}; endpoint errors as they are.
   */
  simulate<const abi extends Abi | readonly unknown[], name extends ContractFunctionName<abi, Mutability>>(
    call: WriteCall<abi, name>,
  ): Promise<Simulation>;
  /**
   * Simulates, sends, and waits until the transaction is in a block. Nothing is sent when the simulation fails.
   * Safe to call several times at once: nonces are given in the order of the calls.
   * @throws {@link ContractRefusedError}, {@link GasFundsError}, {@link SendFailedError},
   * {@link TransactionRevertedError}, {@link TransactionTimeoutError}.
   */
  simulateAndSend<
    const abi extends Abi | readonly unknown[],
    name extends ContractFunctionName<abi, Mutability>,
  >(call: WriteCall<abi, name>): Promise<TransactionReceipt>;
}

export interface TransactorOptions {
  readonly client: PublicClient;
  readonly account: LocalAccount;
  readonly clock?: Clock;
  readonly receiptTimeoutMs?: number;
}

/** A call with its types taken off. */
interface PlainCall {
  readonly to: Hex;
  readonly data: Hex;
  readonly name: string;
}

export function createTransactor(options: TransactorOptions): Transactor {
  const { client, account, clock = systemClock, receiptTimeoutMs = RECEIPT_TIMEOUT_MS } = options;
  // Nodes behind one address may not know yet what another just took, so the higher of both counts.
  let nextNonce = 0;
  let chainId: number | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function estimate({ to, data, name }: PlainCall): Promise<bigint> {
    try {
      await client.call({ account: account.address, to, data });
      return await client.estimateGas({ account: account.address, to, data });
    } catch (error) {
      throw refusal(error, name, account) ?? error;
    }
  }

  async function send(call: PlainCall): Promise<Hex> {
    const gas = withMargin(await estimate(call));
    chainId ??= await client.getChainId();
    try {
      return await signAndSend(call, gas, chainId);
    } catch (error) {
      if (!isNonceTooLow(error)) throw error;
      // Another process used the key, or the chain was reset: the node knows better.
      nextNonce = 0;
      return await signAndSend(call, gas, chainId);
    }
  }

  async function signAndSend({ to, data, name }: PlainCall, gas: bigint, chain: number): Promise<Hex> {
    const [pending, fees] = await Promise.all([
      client.getTransactionCount({ address: account.address, blockTag: 'pending' }),
      client.estimateFeesPerGas(),
    ]);
    const nonce = Math.max(pending, nextNonce);
    const serializedTransaction = await account.signTransaction({
      type: 'eip1559',
      chainId: chain,
      nonce,
      to,
      data,
      gas,
      maxFeePerGas: fees.maxFeePerGas,
      maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
    });
    const hash = keccak256(serializedTransaction);
    try {
      await client.sendRawTransaction({ serializedTransaction });
    } catch (error) {
      // The answer may be lost, or say "already known", while the node has it all the same.
      if (!(await isKnown(hash))) {
        if (isNonceTooLow(error)) throw error;
        throw refusal(error, name, account) ?? new SendFailedError(name, error);
      }
    }
    nextNonce = nonce + 1;
    return hash;
  }

  async function isKnown(hash: Hex): Promise<boolean> {
    return await client.getTransaction({ hash }).then(
      () => true,
      () => false,
    );
  }

  async function receiptOf(hash: Hex, call: PlainCall): Promise<TransactionReceipt> {
    const deadline = clock.now() + receiptTimeoutMs;
    for (;;) {
      // Not found yet and an endpoint that fails for a moment look the same here: go on until the deadline.
      const receipt = await client.getTransactionReceipt({ hash }).catch(() => undefined);
      if (receipt?.status === 'success') return receipt;
      if (receipt !== undefined)
        throw new TransactionRevertedError(call.name, receipt, await replay(call, receipt));
      if (clock.now() >= deadline) {
        nextNonce = 0;
        throw new TransactionTimeoutError(call.name, hash, receiptTimeoutMs);
      }
      await sleep(RECEIPT_POLL_MS);
    }
  }

  /** Why it reverted, as far as the block's state still shows it. */
  async function replay(
    { to, data, name }: PlainCall,
    { blockNumber }: TransactionReceipt,
  ): Promise<unknown> {
    try {
      await client.call({ account: account.address, to, data, blockNumber });
      return undefined;
    } catch (error) {
      return refusal(error, name, account) ?? error;
    }
  }

  return {
    account,
    async simulate(call) {
      const plain = plainCall(call as WriteCall);
      return { gas: await estimate(plain), data: plain.data };
    },
    async simulateAndSend(call) {
      const plain = plainCall(call as WriteCall);
      const sent = queue.then(() => send(plain));
      queue = sent.catch(() => undefined);
      return await receiptOf(await sent, plain);
    },
  };
}

function plainCall(call: WriteCall): PlainCall {
  const data = encodeFunctionData(call as EncodeFunctionDataParameters);
  return { to: call.address, data, name: call.functionName };
}

function withMargin(gas: bigint): bigint {
  return gas + (gas * GAS_MARGIN_PERCENT) / 100n;
}

function isNonceTooLow(error: unknown): boolean {
  return NonceTooLowError.nodeMessage.test(plainText(error).toLowerCase());
}

function refusal(error: unknown, name: string, account: Account): DinError | undefined {
  // viem gives these words a class of their own in some actions only.
  const noFunds = InsufficientFundsError.nodeMessage.test(plainText(error).toLowerCase());
  return noFunds ? new GasFundsError(account.address, error) : decodeRefusal(error, name);
}

/** The account cannot pay for gas. */
export class GasFundsError extends DinError {
  readonly code = 'INSUFFICIENT_GAS_FUNDS';
  constructor(address: Hex, cause: unknown) {
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

/** In a block, but without effect; gas is spent. `cause` is a {@link ContractRefusedError} where it can be known. */
export class TransactionRevertedError extends DinError {
  readonly code = 'TRANSACTION_REVERTED';
  readonly receipt: TransactionReceipt;
  constructor(functionName: string, receipt: TransactionReceipt, cause: unknown) {
    const why = cause instanceof DinError ? `: ${cause.message}` : '';
    super(`${functionName} reverted in transaction ${receipt.transactionHash}${why}`, { cause });
    this.receipt = receipt;
  }
}

/** Sent, but in no block in time. It may still be included later. */
export class TransactionTimeoutError extends DinError {
  readonly code = 'TRANSACTION_TIMEOUT';
  readonly hash: Hex;
  constructor(functionName: string, hash: Hex, timeoutMs: number) {
    super(
      `${functionName} (transaction ${hash}) is in no block after ${timeoutMs} ms; it may still be included.`,
    );
    this.hash = hash;
  }
}
