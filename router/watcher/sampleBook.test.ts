import { expect, test } from 'vitest';
import type { Ms } from '../core/units.ts';
import type { NetworkKey, Service, ServiceKey } from '../registry/providerSet.ts';
import type { Sample } from './sample.ts';
import { createSampleBook } from './sampleBook.ts';

const service: Service = {
  key: 'p/n' as ServiceKey,
  id: 1,
  provider: '0x00000000000000000000000000000000000000cc',
  network: '0x11' as NetworkKey,
  url: 'https://node.example',
  capabilities: 1,
  status: 'live',
  minStake: 1n,
};
const sample: Sample = {
  startedAt: 0 as Ms,
  endedAt: 1 as Ms,
  ok: true,
  latencyMs: 1 as Ms,
  head: undefined,
  mismatch: false,
};

test('samples are handed over once, by epoch, under the service as it was seen last', () => {
  const book = createSampleBook();
  const moved = { ...service, url: 'https://other.example' };
  book.add(1, service, sample);
  book.add(1, moved, sample);
  book.add(2, service, sample);
  expect(book.take(1)).toEqual([{ service: moved, samples: [sample, sample] }]);
  expect(book.take(1)).toEqual([]);
  expect(book.take(2)).toHaveLength(1);
});

test('what comes in after an epoch was taken is lost, and never counts for a later one', () => {
  const book = createSampleBook();
  book.add(4, service, sample);
  book.take(5);
  book.add(4, service, sample);
  book.add(5, service, sample);
  expect(book.take(5)).toEqual([]);
  expect(book.take(6)).toEqual([]);
});
