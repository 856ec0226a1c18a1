import type { Random } from '../../core/clock.ts';
import { anyQuantity, callOf, fieldOf, numberOf, type ProbeQuestion, type ProbeReading } from './question.ts';

/** Questions that need nothing known of the network. */

export const blockNumber: ProbeQuestion = {
  call: callOf('eth_blockNumber', []),
  read: (answer) => headOf(answer),
};

export const latestBlock: ProbeQuestion = {
  call: callOf('eth_getBlockByNumber', ['latest', false]),
  read: (answer) => headOf(fieldOf(answer, 'number')),
};

export const chainId: ProbeQuestion = {
  call: callOf('eth_chainId', []),
  read(answer) {
    const id = numberOf(answer);
    return id === undefined ? undefined : { chainId: id };
  },
};

export const gasPrice: ProbeQuestion = { call: callOf('eth_gasPrice', []), read: anyQuantity };

/** One that asks for the head, as often each as traffic does. */
export function headQuestion(random: Random): ProbeQuestion {
  return random() < 2 / 3 ? blockNumber : latestBlock;
}

function headOf(value: unknown): ProbeReading | undefined {
  const head = numberOf(value);
  return head === undefined ? undefined : { head };
}
