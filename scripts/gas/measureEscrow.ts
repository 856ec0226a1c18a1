import type { PrivateKeyAccount } from 'viem';
import { paymentEscrowAbi } from '../../router/chain/abi/paymentEscrow.ts';
import { ANYONE, GATEWAY, GATEWAY_KEY, PROVIDERS } from './cast.ts';
import { type Meter, TOKEN } from './meter.ts';
import { signVoucher } from './sign.ts';
import { callOf } from './testDeployment.ts';

const abi = paymentEscrowAbi;

/** A gateway's payments to a provider that already holds tokens. */
export async function measureEscrow(meter: Meter): Promise<void> {
  const { deployment, measure, send } = meter;
  const to = deployment.escrow;
  const gateway = GATEWAY.address;
  const [{ address: provider }] = PROVIDERS;

  const deposit = callOf({ abi, to, functionName: 'deposit', args: [gateway, 1_000n * TOKEN] });
  await send(gateway, deposit);
  await measure('escrow.deposit', gateway, deposit);
  const authorize = callOf({ abi, to, functionName: 'authorizeSigner', args: [GATEWAY_KEY.address] });
  await measure('escrow.authorizeSigner', gateway, authorize);

  async function voucher(total: bigint, signer: PrivateKeyAccount) {
    const promise = { gateway, provider, total };
    const args = [promise, signer.address, await signVoucher(deployment, signer, promise)] as const;
    return callOf({ abi, to, functionName: 'collect', args });
  }
  await measure('escrow.collectFirst', ANYONE.address, await voucher(10n * TOKEN, GATEWAY));
  await measure('escrow.collectAgain', ANYONE.address, await voucher(25n * TOKEN, GATEWAY));
  await measure('escrow.collectByKey', ANYONE.address, await voucher(40n * TOKEN, GATEWAY_KEY));
  await measure('escrow.payFees', ANYONE.address, callOf({ abi, to, functionName: 'payFees', args: [] }));
}
