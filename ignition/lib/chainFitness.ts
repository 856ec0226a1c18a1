import { type Hex, type PublicClient, size } from 'viem';
import { isEndpointError } from '../../router/chain/chainError.ts';
import { DinError } from '../../router/core/dinError.ts';

/** Creation code that does nothing but use PUSH0, TSTORE, TLOAD and MCOPY, as the contracts do. */
const PROBE: Hex = '0x5f5f5d5f5c5f5f5f5e00';
/** Where EIP-2935 keeps the last 8,191 block hashes. */
const HISTORY_STORAGE = '0x0000F90827F1C53a10cb7A02335B175320002935';

/** @throws {@link ChainUnfitError} when the chain cannot run the contracts; endpoint errors as they are. */
export async function requireFitChain(client: PublicClient): Promise<void> {
  try {
    await client.call({ data: PROBE });
  } catch (cause) {
    if (isEndpointError(cause)) throw cause;
    throw new ChainUnfitError(
      'the chain lacks instructions that the contracts are compiled to (transient storage, memory copy)',
      { cause },
    );
  }
}

/** Without it `proveBlockHash` proves nothing; all else works. */
export async function hasBlockHistory(client: PublicClient): Promise<boolean> {
  const code = await client.getCode({ address: HISTORY_STORAGE });
  return code !== undefined && size(code) > 0;
}

export class ChainUnfitError extends DinError {
  readonly code = 'CHAIN_UNFIT';
}
