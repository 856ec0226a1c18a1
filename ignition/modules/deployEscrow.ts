import type { ContractFuture, IgnitionModuleBuilder } from '@nomicfoundation/ignition-core';

type Contract = ContractFuture<string>;

/** Gateways' prepaid balances. */
export function deployEscrow(
  m: IgnitionModuleBuilder,
  { token, accessManager }: Record<'token' | 'accessManager', Contract>,
) {
  return m.contract('PaymentEscrow', [
    token,
    m.getParameter<string>('treasury'),
    accessManager,
    m.getParameter<number>('escrowThawSeconds'),
    m.getParameter<number>('pauseSeconds'),
    m.getParameter<number>('feeBps'),
  ]);
}
