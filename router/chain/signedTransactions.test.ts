import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { restoreHeld } from './held.ts';
import { openSignedTransactions } from './signedTransactions.ts';

const account = privateKeyToAccount(generatePrivateKey());
const TO = '0x00000000000000000000000000000000000000aa';

function sign(nonce: number, data: Hex, maxFeePerGas: bigint, chainId = 31337): Promise<Hex> {
  return account.signTransaction({
    ...{ type: 'eip1559', chainId, nonce, to: TO, data, gas: 50_000n },
    ...{ maxFeePerGas, maxPriorityFeePerGas: 1n },
  });
}

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'din-signed-'));
  path = join(dir, 'signed.txt');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('what is noted is read by the next process, in order; nobody else may read it', async () => {
  const signed = [await sign(1, '0x01', 10n), await sign(2, '0x02', 10n)];
  for (const one of signed) openSignedTransactions(path).note(one);
  expect(openSignedTransactions(path).read()).toEqual(signed);
  expect(statSync(path).mode & 0o077).toBe(0);
});

test('before anything is noted there is nothing', () => {
  expect(openSignedTransactions(path).read()).toEqual([]);
});

test('a line that a crash cut off is left out, and does not spoil the next one', async () => {
  const [first, torn, next] = [
    await sign(1, '0x01', 10n),
    await sign(2, '0x02', 10n),
    await sign(3, '0x', 10n),
  ];
  const file = openSignedTransactions(path);
  file.note(first);
  appendFileSync(path, torn.slice(0, -7));
  expect(file.read()).toEqual([first]);
  file.note(next);
  expect(file.read()).toEqual([first, next]);
});

test('only what is kept remains', async () => {
  const signed = [await sign(1, '0x01', 10n), await sign(2, '0x02', 10n)];
  const file = openSignedTransactions(path);
  for (const one of signed) file.note(one);
  file.keep(signed.slice(1));
  expect(file.read()).toEqual(signed.slice(1));
  expect(readFileSync(path, 'utf8')).not.toContain(signed[0]);
});

test('from notes it is known what may be on its way: each nonce’s last call, with all that was signed for it', async () => {
  const signed = [
    await sign(4, '0x01', 9n),
    await sign(5, '0x01', 10n),
    await sign(5, '0x01', 12n),
    await sign(6, '0x02', 10n),
    await sign(6, '0x03', 15n),
    await sign(7, '0x04', 10n, 1),
  ];
  const restored = restoreHeld(signed, 31337);
  expect([...restored.keys()]).toEqual([4, 5, 6]);
  expect(restored.get(5)).toMatchObject({
    call: { to: TO, data: '0x01' },
    state: 'abandoned',
    floor: { maxFeePerGas: 12n },
    signed: [{ raw: signed[1] }, { raw: signed[2] }],
    others: [],
  });
  expect(restored.get(6)).toMatchObject({
    call: { data: '0x03' },
    signed: [{ raw: signed[4] }],
    others: [{ raw: signed[3] }],
  });
});
