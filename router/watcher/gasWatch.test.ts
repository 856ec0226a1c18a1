import { createPublicClient, custom, toHex } from 'viem';
import { expect, test } from 'vitest';
import { createGasWatch } from './gasWatch.ts';

const GWEI = 10n ** 9n;
const ACCOUNT = '0x00000000000000000000000000000000000000bb';

/** What is logged when the chain gives these answers. */
async function logged(answers: Record<string, bigint | Error>): Promise<string[]> {
  const events: string[] = [];
  const note = (_fields: object, event: string) => void events.push(event);
  const client = createPublicClient({
    transport: custom(
      {
        request: async ({ method }: { method: string }) => {
          const answer = answers[method];
          if (typeof answer === 'bigint') return toHex(answer);
          throw answer ?? new Error(`${method} is not expected`);
        },
      },
      { retryCount: 0 },
    ),
  });
  await createGasWatch(client, ACCOUNT, { debug: note, info: note, warn: note, error: note }).check();
  return events;
}

test('a balance for a hundred epochs is no news', async () => {
  expect(await logged({ eth_getBalance: GWEI * 1_000_000n * 100n, eth_gasPrice: GWEI })).toEqual([]);
});

test('a balance that lasts for a few epochs only is said early, and a gas price of nothing is no division', async () => {
  expect(await logged({ eth_getBalance: GWEI * 1_000_000n * 10n, eth_gasPrice: GWEI })).toEqual(['gas_low']);
  expect(await logged({ eth_getBalance: 0n, eth_gasPrice: 0n })).toEqual(['gas_low']);
});

test('a balance that cannot be read is no failure', async () => {
  expect(await logged({ eth_getBalance: new Error('down'), eth_gasPrice: GWEI })).toEqual(['balance_unread']);
});
