import { privateKeyToAddress } from 'viem/accounts';
import { openKeystore } from '../../../router/chain/openKeystore.ts';
import { readPassword, statedAddress } from '../../lib/account.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { createOutput } from '../../lib/output.ts';

/** `din keystore address <file>` */
export async function address(path: string, options: { readonly json?: boolean }, io: CliIo): Promise<void> {
  const found =
    (await statedAddress(path)) ?? privateKeyToAddress(await openKeystore(path, await readPassword(io)));
  createOutput(io, options.json === true).result({ address: found, file: path }, [found]);
}
