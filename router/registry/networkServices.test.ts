import { expect, it } from 'vitest';
import { CAPABILITY_BITS, KNOWN_CAPABILITIES } from '../core/capability.ts';
import { NO_SERVICES } from './networkServices.ts';
import type { Address, NetworkKey, Service } from './providerSet.ts';
import { serviceKey } from './providerSet.ts';

const network = '0x01' as NetworkKey;

function service(id: number, capabilities: number): Service {
  const provider = `0x${id.toString(16).padStart(40, '0')}` as Address;
  const offer = { id, provider, network, url: 'https://node.example', capabilities, minStake: 0n };
  return { key: serviceKey(provider, network), ...offer, status: 'live' };
}

const { full, archive, trace } = CAPABILITY_BITS;
const [plain, old, tracing, older] = [
  service(4, full),
  service(3, full | archive),
  service(2, full | archive | trace),
  service(1, full | archive),
] as const;
const services = NO_SERVICES.edited({ leaving: [], joining: [plain, old, tracing, older] });

it('finds those with all of the capabilities', () => {
  expect([...services.having(archive)]).toEqual([older, old, tracing]);
  expect([...services.having(archive | trace)]).toEqual([tracing]);
  expect([...services.having(KNOWN_CAPABILITIES)]).toEqual([]);
});

it('is the answer itself when all have them', () => {
  expect(services.having(0)).toBe(services);
  expect(services.having(full)).toBe(services);
});

it('finds places across lists', () => {
  const list = services.having(archive);
  expect([0, 1, 2, 3, -1].map((index) => list.at(index))).toEqual([
    older,
    old,
    tracing,
    undefined,
    undefined,
  ]);
});

it('believes nobody to have a capability that this version does not know', () => {
  const strange = service(9, 2 ** 32 - 1);
  const next = services.edited({ leaving: [], joining: [strange] });
  for (const bit of [128, 2 ** 31]) expect(next.having(bit).size).toBe(0);
  // What it does know of a stranger's bits counts.
  expect([...next.having(KNOWN_CAPABILITIES)]).toEqual([strange]);
});

it('multiplies no lists by bits that mean nothing', () => {
  const strangers = Array.from({ length: 50 }, (_, index) =>
    service(100 + index, full | (128 << (index % 24))),
  );
  const next = services.edited({ leaving: [], joining: strangers });
  // With the plain one, in the order of their ids.
  expect([...next].slice(0, 51).map(({ id }) => id)).toEqual([4, ...strangers.map(({ id }) => id)]);
});

it('loses a service that changes what it can', () => {
  const less = { ...tracing, capabilities: full };
  const next = services.edited({ leaving: [tracing], joining: [less] });
  expect([...next.having(archive)]).toEqual([older, old]);
  expect([...next]).toEqual([less, plain, older, old]);
  expect(next.edited({ leaving: [less, plain, older, old], joining: [] }).size).toBe(0);
});
