import type { EIP1193Provider, RequestArguments } from '@nomicfoundation/ignition-core';
import { type Hex, http, type LocalAccount } from 'viem';
import { z } from 'zod';

const hexNumber = z.string().transform((text) => BigInt(text));
const transactionSchema = z.object({
  to: z.custom<`0x${string}`>().optional(),
  data: z.custom<`0x${string}`>(),
  value: hexNumber.optional(),
  nonce: hexNumber,
  gas: hexNumber,
  chainId: hexNumber.optional(),
  gasPrice: hexNumber.optional(),
  maxFeePerGas: hexNumber.optional(),
  maxPriorityFeePerGas: hexNumber.optional(),
});

/**
 * An EIP-1193 provider over HTTP that signs `eth_sendTransaction` with a local key: nodes need not know it.
 * `beforeSending` gets each signed transaction, and must be done before it is sent.
 */
export function createSigningProvider(
  rpcUrl: string,
  account: LocalAccount,
  chainId: number,
  beforeSending: (signed: Hex) => void,
): EIP1193Provider {
  const transport = http(rpcUrl, { retryCount: 3 })({});
  const send = (method: string, params: unknown) => transport.request({ method, params });
  return {
    async request({ method, params }: RequestArguments): Promise<unknown> {
      if (method !== 'eth_sendTransaction' || !Array.isArray(params)) return send(method, params);
      const signed = await sign(params[0], account, chainId);
      beforeSending(signed);
      return send('eth_sendRawTransaction', [signed]);
    },
  };
}

async function sign(request: unknown, account: LocalAccount, chainId: number): Promise<`0x${string}`> {
  const { nonce, gasPrice, maxFeePerGas, maxPriorityFeePerGas, to, data, value, gas } =
    transactionSchema.parse(request);
  const body = { chainId, nonce: Number(nonce), gas, data, to: to ?? null, value: value ?? 0n };
  if (maxFeePerGas !== undefined && maxPriorityFeePerGas !== undefined) {
    return account.signTransaction({ ...body, type: 'eip1559', maxFeePerGas, maxPriorityFeePerGas });
  }
  return account.signTransaction({ ...body, type: 'legacy', gasPrice: gasPrice ?? 0n });
}
