import { describe, expect, it } from 'vitest';
import { capabilityNames } from '../core/capability.ts';
import { isAlwaysCheap, isCheap, methodTraits } from './methods.ts';

describe('methodTraits', () => {
  it.each([
    'eth_call',
    'eth_getLogs',
    'eth_blockNumber',
    'eth_chainId',
    'net_version',
    'eth_createAccessList',
    'eth_signatures',
    'eth_newest',
    'getSlot',
    'zks_L1BatchNumber',
    'some_thingNew',
    'nounderscore',
    '',
    '_',
    '__proto__',
    'constructor',
  ])('takes %j for a read by full nodes', (method) => {
    const traits = methodTraits(method);
    expect([traits.kind, capabilityNames(traits.capabilities)]).toEqual(['read', ['full']]);
  });

  it('lets only a raw transaction go to several', () => {
    expect(methodTraits('eth_sendRawTransaction').kind).toBe('send');
  });

  it.each([
    'eth_sendTransaction',
    'eth_sendRawTransactionSync',
    'eth_sendUserOperation',
    'eth_sendBundle',
    'eth_sign',
    'eth_signTransaction',
    'eth_newFilter',
    'eth_newBlockFilter',
    'eth_getFilterChanges',
    'eth_uninstallFilter',
    'eth_submitWork',
    'eth_subscribe',
    'personal_unlockAccount',
    'miner_start',
    'admin_addPeer',
    'debug_setHead',
    'evm_mine',
    'anvil_setBalance',
    'sendTransaction',
    'requestAirdrop',
    'author_submitExtrinsic',
    'broadcast_tx_sync',
  ])('never repeats %s', (method) => {
    expect(methodTraits(method).kind).toBe('once');
  });

  it.each([
    ['trace_block', 'trace'],
    ['debug_traceTransaction', 'debug'],
    ['txpool_content', 'txpool'],
    ['eth_getProof', 'proof'],
    ['eth_subscribe', 'websocket'],
  ])('asks for a service with %s to offer %s', (method, capability) => {
    expect(capabilityNames(methodTraits(method).capabilities)).toEqual([capability]);
  });
});

describe('isAlwaysCheap', () => {
  it.each(['eth_blockNumber', 'eth_getBalance', 'net_version'])('is so of %s, which is cheap', (method) => {
    expect([isAlwaysCheap(method), isCheap(method)]).toEqual([true, true]);
  });

  it.each(['eth_call', 'eth_estimateGas', 'eth_getBlockByNumber', 'made_up', '', 'constructor'])(
    'is not so of %j: its parameters decide, or nobody knows',
    (method) => {
      expect(isAlwaysCheap(method)).toBe(false);
    },
  );
});
