import type { Random } from '../../core/clock.ts';
import { someOf } from '../../core/someOf.ts';
import { accountCheck, storageCheck } from '../checks/accountChecks.ts';
import type { Truth } from '../finality/truth.ts';
import { data } from '../proof/fields.ts';
import { anyData, anyQuantity, anyWord, callOf, type ProbeQuestion } from './question.ts';

/** Of an account's state, half of them at the head as wallets ask, half where the answer can be proven. */

const ACCOUNT = {
  balance: { method: 'eth_getBalance', read: anyQuantity },
  transactionCount: { method: 'eth_getTransactionCount', read: anyQuantity },
  code: { method: 'eth_getCode', read: anyData },
} as const;

export function accountQuestion(
  what: keyof typeof ACCOUNT,
  truth: Truth,
  random: Random,
): ProbeQuestion | undefined {
  const { method, read } = ACCOUNT[what];
  const [account] = isProvable(truth, random) ? someOf(truth.accounts, 1, random) : [];
  if (account) {
    const { number } = truth.anchor.header.fields;
    return {
      call: callOf(method, [account.address, number]),
      read,
      excuses: ['state'],
      check: accountCheck(truth.anchor, account, what),
    };
  }
  const [address] = someOf(truth.addresses, 1, random);
  return address === undefined ? undefined : { call: callOf(method, [address, 'latest']), read };
}

export function storageQuestion(truth: Truth, random: Random): ProbeQuestion | undefined {
  const [account] = someOf(truth.accounts, 1, random);
  const [slot] = account?.storage.keys() ?? [];
  if (account === undefined || slot === undefined) return undefined;
  const call = (at: string) => callOf('eth_getStorageAt', [account.address, slot, at]);
  if (!isProvable(truth, random)) return { call: call('latest'), read: anyWord };
  return {
    call: call(truth.anchor.header.fields.number),
    read: anyWord,
    excuses: ['state'],
    check: storageCheck(truth.anchor, account, slot),
  };
}

/** A view that wallets ask for: at the head, or at the anchor's very block, where answers can be compared. */
export function callQuestion(truth: Truth, random: Random): ProbeQuestion | undefined {
  const [found] = someOf(truth.calls, 1, random);
  if (found === undefined) return undefined;
  const { result, ...view } = found;
  const excuses = ['caller', 'state'] as const;
  if (!isProvable(truth, random))
    return { call: callOf('eth_call', [view, 'latest']), read: anyData, excuses };
  return {
    call: callOf('eth_call', [view, { blockHash: truth.anchor.header.hash }]),
    read: anyData,
    excuses,
    check: {
      kind: 'compared',
      id: `call ${view.to} ${view.data}`,
      anchor: truth.anchor,
      expected: result,
      read: data,
    },
  };
}

/** A plain transfer. How much gas it takes nodes find out each in its own way: nothing is compared. */
export function estimateQuestion(truth: Truth, random: Random): ProbeQuestion | undefined {
  const [from, to] = someOf(truth.addresses, 2, random);
  if (from === undefined || to === undefined) return undefined;
  return {
    call: callOf('eth_estimateGas', [{ from, to, value: '0x0' }]),
    read: anyQuantity,
    excuses: ['caller'],
  };
}

function isProvable({ isNear }: Truth, random: Random): boolean {
  return isNear && random() < 0.5;
}
