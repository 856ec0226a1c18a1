import { type Address, type Hex, toHex } from 'viem';
import { mnemonicToAccount, privateKeyToAddress } from 'viem/accounts';

/** anvil's well-known one: everybody has these keys, so nothing of value may ever stand behind them. */
export const DEV_MNEMONIC = 'test test test test test test test test test test test junk';

/** How many accounts the development chains fund. */
export const DEV_ACCOUNTS = 40;

export interface DevAccount {
  readonly address: Address;
  readonly privateKey: Hex;
}

/** Who is who: one account has one part, so that a look at the chain tells who acted. */
export const DEV_ROLES = {
  governor: 0,
  guardian: 1,
  treasury: 2,
  firstProvider: 5,
  firstWatcher: 15,
  /** Users of the served chain. */
  firstUser: 25,
  users: 8,
  /** Its balance never changes. */
  idle: 35,
} as const;

export const MAX_PROVIDERS = DEV_ROLES.firstWatcher - DEV_ROLES.firstProvider;
export const MAX_WATCHERS = DEV_ROLES.firstUser - DEV_ROLES.firstWatcher;

/** The key of the path that all of them share; deriving it is slow on purpose, so it is done once. */
const parent = mnemonicToAccount(DEV_MNEMONIC, { path: "m/44'/60'/0'/0" }).getHdKey();

/** The account at m/44'/60'/0'/0/`index` of the mnemonic. */
export function devAccount(index: number): DevAccount {
  const { privateKey } = parent.deriveChild(index);
  if (privateKey === null) throw new RangeError(`no key at ${index}`);
  const key = toHex(privateKey);
  return { address: privateKeyToAddress(key), privateKey: key };
}

export function devAccounts(first: number, count: number): DevAccount[] {
  return Array.from({ length: count }, (_, offset) => devAccount(first + offset));
}
