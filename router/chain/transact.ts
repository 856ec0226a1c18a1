import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionParameters,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Hex,
  type LocalAccount,
  type PublicClient,
  parseGwei,
  type TransactionReceipt,
} from 'viem';
import { type Clock, systemClock } from '../core/clock.ts';
import { DinError } from '../core/dinError.ts';
import type { Ms } from '../core/units.ts';
import type { OutgoingCall } from './held.ts';
import { createInFlight, NonceTakenError, type SendNews } from './inFlight.ts';
import { explainFailure } from './sendError.ts';
import type { SignedTransactions } from './signedTransactions.ts';

// A few slow blocks of a busy main network.
const RECEIPT_TIMEOUT_MS = 120_000;
// Two blocks of Ethereum went by without it; many of a rollup.
const STUCK_AFTER_MS = 30_000;
// Above all but the worst hours of the dearest chain: an endpoint that names any price must not empty the account.
const MAX_FEE_PER_GAS = parseGwei('500');
// Others' transactions may come between the estimate and the block and make ours dearer (e.g. a first tally).
const GAS_MARGIN_PERCENT = 25n;
const MAX_OVERTAKEN = 3;

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

export interface SendOptions {
  /** How long the call is of any use. */
  readonly timeoutMs?: number;
}

/** Sends one account's transactions. */
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
   * Simulates, sends, and waits until the transaction is in a block; its fees rise while it is in none. Nothing is
   * sent when the simulation fails. Safe to call several times at once: nonces are given in the order of the calls.
   * A call that a reorg or a crash left on its way is not sent a second time, but seen through.
   * @throws {@link ContractRefusedError}, {@link GasFundsError}, {@link SendFailedError},
   * {@link TransactionRevertedError}, {@link TransactionTimeoutError}, {@link NonceTakenError}.
   */
  simulateAndSend<
    const abi extends Abi | readonly unknown[],
    name extends ContractFunctionName<abi, Mutability>,
  >(call: WriteCall<abi, name>, options?: SendOptions): Promise<TransactionReceipt>;
}

export interface TransactorOptions {
  readonly client: PublicClient;
  readonly account: LocalAccount;
  readonly clock?: Clock;
  /** How long a call is waited for that says nothing else. */
  readonly receiptTimeoutMs?: number;
  /** How long a transaction may be in no block before its fees are raised. */
  readonly stuckAfterMs?: number;
  /** Never offered more than this for a unit of gas, in the chain's coin's smallest unit. */
  readonly maxFeePerGas?: bigint;
  /** Lets a new process see through what the last one sent. */
  readonly signed?: SignedTransactions | undefined;
  readonly onNews?: ((news: SendNews) => void) | undefined;
}

export function createTransactor(options: TransactorOptions): Transactor {
  const { client, account, clock = systemClock, receiptTimeoutMs = RECEIPT_TIMEOUT_MS } = options;
  const { address } = account;
  const inFlight = createInFlight({
    ...{ client, account, clock, signed: options.signed, onNews: options.onNews },
    stuckAfterMs: options.stuckAfterMs ?? STUCK_AFTER_MS,
    maxFeePerGas: options.maxFeePerGas ?? MAX_FEE_PER_GAS,
  });

  async function estimate({ to, data, name }: OutgoingCall): Promise<bigint> {
    try {
      // Both against the newest block: some nodes reckon with their pool, and it may hold this very call.
      const tried = { account: address, to, data, blockTag: 'latest' } as const;
      await client.call(tried);
      return await client.estimateGas(tried);
    } catch (error) {
      throw explainFailure(error, name, address) ?? error;
    }
  }

  async function send(call: OutgoingCall, until: Ms, triesLeft = MAX_OVERTAKEN): Promise<TransactionReceipt> {
    try {
      return await inFlight.send(call, async () => withMargin(await estimate(call)), until);
    } catch (error) {
      // What nobody wanted any more got into a block after all: this call has a nonce to find.
      const isOvertaken = error instanceof NonceTakenError && error.byOwn;
      if (!isOvertaken || triesLeft === 0) throw error;
      return await send(call, until, triesLeft - 1);
    }
  }

  /** Why it reverted, as far as the block's state still shows it. */
  async function replay(
    { to, data, name }: OutgoingCall,
    { blockNumber }: TransactionReceipt,
  ): Promise<unknown> {
    try {
      await client.call({ account: address, to, data, blockNumber });
      return undefined;
    } catch (error) {
      return explainFailure(error, name, address) ?? error;
    }
  }

  return {
    account,
    async simulate(call) {
      const plain = outgoing(call as WriteCall);
      return { gas: await estimate(plain), data: plain.data };
    },
    async simulateAndSend(call, { timeoutMs = receiptTimeoutMs } = {}) {
      const plain = outgoing(call as WriteCall);
      const receipt = await send(plain, (clock.now() + timeoutMs) as Ms);
      if (receipt.status === 'success') return receipt;
      throw new TransactionRevertedError(plain.name, receipt, await replay(plain, receipt));
    },
  };
}

function outgoing(call: WriteCall): OutgoingCall {
  const data = encodeFunctionData(call as EncodeFunctionDataParameters);
  return { to: call.address, data, name: call.functionName };
}

function withMargin(gas: bigint): bigint {
  return gas + (gas * GAS_MARGIN_PERCENT) / 100n;
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
