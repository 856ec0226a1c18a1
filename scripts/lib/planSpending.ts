import { type Address, domainSeparator, erc20Abi, type Hex, parseAbi, parseSignature } from 'viem';
import { DinError } from '../../router/core/dinError.ts';
import { amountText, type TokenUnit } from './amount.ts';
import { type PlannedCall, passed, planned } from './perform.ts';
import { chainTime, type SigningSession } from './session.ts';

// A permit is used at once; the hour is for a full chain.
const PERMIT_SECONDS = 3_600;

/** In place of a signature's parts where arguments are shown: others could use it. */
export const HIDDEN = '(signature)';

const permitAbi = parseAbi([
  'function nonces(address owner) view returns (uint256)',
  'function DOMAIN_SEPARATOR() view returns (bytes32)',
  'function name() view returns (string)',
  'function version() view returns (string)',
]);

export interface Spending {
  /** The contract that takes the tokens. */
  readonly spender: Address;
  readonly amount: bigint;
  /** The call that takes them, once they are approved. */
  plain(options: { readonly afterPrevious: boolean }): PlannedCall;
  /** The same with the approval in it; left out where the contract has no such function. */
  readonly withPermit?: (permit: Permit) => PlannedCall;
}

/**
 * The calls that hand `amount` of the caller's tokens to a contract: one with an ERC-2612 permit where token and
 * contract have it, else an approval (unless there is one already) and the call.
 * @throws {@link InsufficientBalanceError}
 */
export async function planSpending(session: SigningSession, spending: Spending): Promise<PlannedCall[]> {
  const { client, contracts, account, token } = session;
  const { spender, amount } = spending;
  const erc20 = { address: contracts.token, abi: erc20Abi } as const;
  const [balance, allowance] = await Promise.all([
    client.readContract({ ...erc20, functionName: 'balanceOf', args: [account.address] }),
    client.readContract({ ...erc20, functionName: 'allowance', args: [account.address, spender] }),
  ]);
  if (session.check) {
    if (balance < amount) throw new InsufficientBalanceError(account.address, balance, amount, token);
    passed(session, `balance of ${amountText(balance, token)} covers ${amountText(amount, token)}`);
  }
  if (allowance >= amount) return [spending.plain({ afterPrevious: false })];
  const permit = spending.withPermit && (await signPermit(session, spender, amount));
  if (permit !== undefined && spending.withPermit) return [spending.withPermit(permit)];
  const approve = { ...erc20, functionName: 'approve', args: [spender, amount] } as const;
  return [planned('Token', approve), spending.plain({ afterPrevious: true })];
}

export interface Permit {
  readonly deadline: bigint;
  readonly v: number;
  readonly r: Hex;
  readonly s: Hex;
}

/** Undefined when the token has no ERC-2612 permit, or one whose signing domain cannot be told. */
async function signPermit(
  session: SigningSession,
  spender: Address,
  value: bigint,
): Promise<Permit | undefined> {
  const { client, contracts, account } = session;
  const at = { address: contracts.token, abi: permitAbi } as const;
  const [nonce, separator, name, version] = await Promise.all([
    client.readContract({ ...at, functionName: 'nonces', args: [account.address] }).catch(() => undefined),
    client.readContract({ ...at, functionName: 'DOMAIN_SEPARATOR' }).catch(() => undefined),
    client.readContract({ ...at, functionName: 'name' }).catch(() => undefined),
    client.readContract({ ...at, functionName: 'version' }).catch(() => '1'),
  ]);
  if (nonce === undefined || separator === undefined || name === undefined) return undefined;
  const domain = { name, version, chainId: contracts.chainId, verifyingContract: contracts.token };
  // The token's own separator is the proof that it will accept what we sign.
  if (domainSeparator({ domain }) !== separator) return undefined;
  const deadline = BigInt((await chainTime(client)) + PERMIT_SECONDS);
  const signature = await account.signTypedData({
    domain,
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: { owner: account.address, spender, value, nonce, deadline },
  });
  const { r, s, yParity } = parseSignature(signature);
  return { deadline, v: yParity + 27, r, s };
}

export class InsufficientBalanceError extends DinError {
  readonly code = 'INSUFFICIENT_BALANCE';
  constructor(account: Address, balance: bigint, amount: bigint, unit: TokenUnit) {
    super(`${account} holds ${amountText(balance, unit)}, and ${amountText(amount, unit)} are needed`);
  }
}
