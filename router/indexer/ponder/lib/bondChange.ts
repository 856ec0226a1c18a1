import type { Address } from 'viem';
import type { VaultLogEvent } from '../../toRegistryEvent.ts';

/** In the order of the contracts' `enum Role`. */
const ROLES = ['provider', 'watcher'] as const;

/** What an event of the vault says of an account's bond: what it names is set, the rest stays. */
export interface BondChange {
  readonly cause: string;
  readonly role: string;
  readonly account: Address;
  readonly amount: bigint;
  readonly tokens?: bigint;
  readonly thawing?: bigint;
  readonly locked?: bigint;
  /** Null: nothing thaws any more. */
  readonly thawEnd?: bigint | null;
}

/** Undefined for events that are about no bond. */
export function bondChange({ eventName, args }: VaultLogEvent): BondChange | undefined {
  switch (eventName) {
    case 'Staked':
      return { cause: 'staked', ...of(args), tokens: args.tokens };
    case 'ThawStarted': {
      const { thawing, thawEnd } = args;
      return { cause: 'thawStarted', ...of(args), thawing, thawEnd: BigInt(thawEnd) };
    }
    case 'ThawCancelled':
      return { cause: 'thawCancelled', ...of(args), thawing: 0n, thawEnd: null };
    case 'Withdrawn': {
      const { tokens, thawing } = args;
      return { cause: 'withdrawn', ...of(args), tokens, thawing, ...ended(thawing) };
    }
    case 'Locked':
      return { cause: 'locked', ...of(args), locked: args.locked };
    case 'Released':
      return { cause: 'released', ...of(args), locked: args.locked };
    case 'Slashed': {
      const { tokens, thawing, locked } = args;
      return { cause: 'slashed', ...of(args), tokens, thawing, locked, ...ended(thawing) };
    }
    case 'Rewarded': {
      const { account, amount, tokens } = args;
      return { cause: 'rewarded', role: 'watcher', account, amount, tokens };
    }
    default:
      return undefined;
  }
}

interface BondArgs {
  readonly role: number;
  readonly account: Address;
  readonly amount: bigint;
}

function of({ role, account, amount }: BondArgs) {
  return { role: ROLES[role] ?? `role ${role}`, account, amount };
}

function ended(thawing: bigint) {
  return thawing === 0n ? { thawEnd: null } : {};
}
