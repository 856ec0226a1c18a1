import { privateKeyToAccount } from 'viem/accounts';
import { networkIdOf } from '../../router/chain/commitment.ts';
import { devAccounts } from '../devnet/devAccounts.ts';

/** Who acts while gas is measured. */
const people = devAccounts(3, 30).map(({ privateKey }) => privateKeyToAccount(privateKey));

function person(index: number) {
  const found = people[index];
  if (found === undefined) throw new RangeError(`nobody at ${index}`);
  return found;
}

export const PROVIDERS = [person(0), person(1), person(2), person(3), person(4)] as const;
export const SIGNERS = [person(5), person(6), person(7), person(8), person(9)] as const;
export const WATCHERS = [person(10), person(11), person(12)] as const;
export const GATEWAY = person(13);
export const GATEWAY_KEY = person(14);
export const ANYONE = person(15);

export const CAIP2S = ['eip155:59144', 'eip155:1'] as const;
export const NETWORKS = CAIP2S.map(networkIdOf);
/** 40 characters, as providers have them. */
export const URL = 'https://rpc-eu1.nodes-example.org/linea1';
