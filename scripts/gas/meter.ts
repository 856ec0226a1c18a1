import type { Address, Hex } from 'viem';
import { mustSend, type TestDeployment } from './testDeployment.ts';

export const TOKEN = 10n ** 18n;

/** Sends transactions that must succeed, and writes down what some of them cost. */
export interface Meter {
  readonly deployment: TestDeployment;
  readonly figures: Record<string, number>;
  send(from: Address, call: { to: Address; data: Hex }): Promise<number>;
  measure(id: string, from: Address, call: { to: Address; data: Hex }): Promise<void>;
}

export function createMeter(deployment: TestDeployment): Meter {
  const figures: Record<string, number> = {};
  async function send(from: Address, call: { to: Address; data: Hex }): Promise<number> {
    const { gasUsed } = await mustSend(deployment.node, from, call, 'a measured transaction');
    return Number(gasUsed);
  }
  return {
    deployment,
    figures,
    send,
    async measure(id, from, call) {
      figures[id] = await send(from, call);
    },
  };
}
