import { type Address, getAddress, type Hex, type Log, parseEventLogs } from 'viem';
import { accessManagerAbi } from '../../router/chain/abi/accessManager.ts';

/** What an access manager's events say, added up. */
export interface RoleState {
  /** `role account` → execution delay in seconds; who lost the role is left out. */
  readonly members: ReadonlyMap<string, number>;
  /** `target selector` → role. */
  readonly functions: ReadonlyMap<string, bigint>;
  /** What changes the rules themselves, as `event(arguments)`: a plain deployment has none. */
  readonly oddities: readonly string[];
}

export const memberKey = (role: bigint, account: Address) => `${role} ${getAddress(account)}`;
export const functionKey = (target: Address, selector: Hex) => `${getAddress(target)} ${selector}`;

/** Replays an access manager's events, in order from its creation. It has no list of members to ask for. */
export function replayRoles(logs: readonly Log[]): RoleState {
  const members = new Map<string, number>();
  const functions = new Map<string, bigint>();
  const oddities: string[] = [];
  for (const event of parseEventLogs({ abi: accessManagerAbi, logs: [...logs] })) {
    switch (event.eventName) {
      case 'RoleGranted':
        members.set(memberKey(event.args.roleId, event.args.account), event.args.delay);
        break;
      case 'RoleRevoked':
        members.delete(memberKey(event.args.roleId, event.args.account));
        break;
      case 'TargetFunctionRoleUpdated':
        functions.set(functionKey(event.args.target, event.args.selector), event.args.roleId);
        break;
      case 'RoleAdminChanged':
      case 'RoleGuardianChanged':
      case 'RoleGrantDelayChanged':
      case 'TargetAdminDelayUpdated':
      case 'TargetClosed':
        oddities.push(`${event.eventName}(${Object.values(event.args).join(', ')})`);
        break;
      default:
        // Labels and scheduled operations change nobody's power.
        break;
    }
  }
  return { members, functions, oddities };
}
