import { type Abi, type Address, type ContractFunctionName, encodeFunctionData, parseAbi, slice } from 'viem';
import type { WriteCall } from '../../router/chain/transact.ts';
import { DinError } from '../../router/core/dinError.ts';
import { type PlannedCall, passed, planned } from './perform.ts';
import { chainTime, type SigningSession } from './session.ts';
import { dateText } from './time.ts';

const managedAbi = parseAbi(['function authority() view returns (address)']);
const managerAbi = parseAbi([
  'function canCall(address caller, address target, bytes4 selector) view returns (bool immediate, uint32 delay)',
  'function hashOperation(address caller, address target, bytes data) view returns (bytes32)',
  'function getSchedule(bytes32 id) view returns (uint48)',
  'function schedule(address target, bytes data, uint48 when) returns (bytes32 operationId, uint32 nonce)',
]);

export interface GovernedPlan {
  readonly call: PlannedCall;
  /** True when this only announces the call: the same command, after `delaySeconds`, carries it out. */
  readonly announces: boolean;
  readonly delaySeconds: number;
}

/**
 * A call that only the governor (or the guardian) may make: at once where the role has no delay, else its
 * announcement, and after the delay the call itself.
 * @throws {@link NotGovernorError}, {@link NotGuardianError}, {@link GovernanceDelayError} while the delay runs.
 */
export async function planGoverned<
  const abi extends Abi,
  name extends ContractFunctionName<abi, 'nonpayable' | 'payable'>,
>(
  session: SigningSession,
  contract: string,
  call: WriteCall<abi, name>,
  role: 'governor' | 'guardian' = 'governor',
): Promise<GovernedPlan> {
  const { client, account } = session;
  const plain = call as WriteCall;
  const target = plain.address;
  const data = encodeFunctionData({
    abi: plain.abi,
    functionName: plain.functionName,
    args: plain.args ?? [],
  });
  const manager = await client.readContract({ address: target, abi: managedAbi, functionName: 'authority' });
  const at = { address: manager, abi: managerAbi } as const;
  const [immediate, delay] = await client.readContract({
    ...at,
    functionName: 'canCall',
    args: [account.address, target, slice(data, 0, 4)],
  });
  if (immediate) {
    passed(session, `${account.address} may call ${plain.functionName}`);
    return { call: planned(contract, plain), announces: false, delaySeconds: 0 };
  }
  if (delay === 0) {
    const NotAllowedError = role === 'governor' ? NotGovernorError : NotGuardianError;
    throw new NotAllowedError(account.address, plain.functionName);
  }
  const id = await client.readContract({
    ...at,
    functionName: 'hashOperation',
    args: [account.address, target, data],
  });
  const due = await client.readContract({ ...at, functionName: 'getSchedule', args: [id] });
  if (due === 0) {
    const schedule = { ...at, functionName: 'schedule', args: [target, data, 0] } as const;
    return { call: planned('AccessManager', schedule), announces: true, delaySeconds: delay };
  }
  if ((await chainTime(client)) < due) throw new GovernanceDelayError(plain.functionName, due);
  return { call: planned(contract, plain), announces: false, delaySeconds: delay };
}

export class NotGovernorError extends DinError {
  readonly code = 'NOT_GOVERNOR';
  constructor(account: Address, functionName: string) {
    super(`${account} may not call ${functionName}: it is the governor's alone`);
  }
}

export class NotGuardianError extends DinError {
  readonly code = 'NOT_GUARDIAN';
  constructor(account: Address, functionName: string) {
    super(`${account} may not call ${functionName}: it is the guardian's alone`);
  }
}

export class GovernanceDelayError extends DinError {
  readonly code = 'GOVERNANCE_DELAY';
  constructor(functionName: string, due: number) {
    super(`${functionName} is announced and can be carried out from ${dateText(due)}: run this again then`);
  }
}
