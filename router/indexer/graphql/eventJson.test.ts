import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryEvent, NETWORKS, PROVIDERS } from '../../registry/events.arbitrary.ts';
import type { RegistryEvent } from '../../registry/events.ts';
import { decodeEvent, encodeEvent } from './eventJson.ts';

const place = { blockNumber: 7n, logIndex: 3 };
const placed = fc
  .tuple(arbitraryEvent, fc.bigInt(0n, 2n ** 53n), fc.nat())
  .map(([event, blockNumber, logIndex]): RegistryEvent => ({ ...event, blockNumber, logIndex }));
const [alice] = PROVIDERS;
const [network] = NETWORKS;

describe('decodeEvent()', () => {
  it('gives back every event that was encoded', () => {
    fc.assert(
      fc.property(placed, (event) => {
        const { type, blockNumber, logIndex } = event;
        expect(decodeEvent(type, encodeEvent(event), { blockNumber, logIndex })).toStrictEqual(event);
      }),
      { numRuns: 500 },
    );
  });

  it.each<RegistryEvent>([
    { type: 'stakeChanged', provider: alice!, tokens: 2n ** 256n - 1n, thawing: 0n, ...place },
    { type: 'stakeChanged', provider: alice!, ...place },
    { type: 'metadataSet', provider: alice!, metadata: '\u0000 "\\ \ud800 💥 </script>', ...place },
    { type: 'providerJailed', provider: alice!, until: (2 ** 48 - 1) as never, ...place },
  ])('keeps extremes: $type', (event) => {
    expect(decodeEvent(event.type, encodeEvent(event), place)).toStrictEqual(event);
  });

  it('checksums addresses', () => {
    const data = JSON.stringify({ successor: `0x${'Ab'.repeat(20).toLowerCase()}` });
    expect(decodeEvent('registryReplaced', data, place)).toStrictEqual({
      type: 'registryReplaced',
      successor: '0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB',
      ...place,
    });
  });

  it.each(['courtChanged', '', 'toString', '__proto__'])('knows no event of type "%s"', (type) => {
    expect(decodeEvent(type, '{}', place)).toBeUndefined();
  });

  it('takes no other place or type than its columns say', () => {
    const data = JSON.stringify({ type: 'metadataSet', blockNumber: '1', logIndex: 1, network });
    const event = decodeEvent('networkRetired', data, place);
    expect(event).toStrictEqual({ type: 'networkRetired', network, ...place });
  });

  it.each([
    ['networkRetired', ''],
    ['networkRetired', 'null'],
    ['networkRetired', '[]'],
    ['networkRetired', '"0x"'],
    ['networkRetired', '{"network":"0x01"}'],
    ['registryReplaced', '{"successor":"0x01"}'],
    ['registryReplaced', '{}'],
    ['stakeChanged', JSON.stringify({ provider: alice, tokens: 1 })],
    ['stakeChanged', JSON.stringify({ provider: alice, tokens: '-1' })],
    ['stakeChanged', JSON.stringify({ provider: alice, tokens: '0x1' })],
    ['stakeChanged', JSON.stringify({ provider: alice, tokens: String(2n ** 256n) })],
    ['stakeChanged', JSON.stringify({ provider: alice, tokens: null })],
    ['providerJailed', JSON.stringify({ provider: alice, until: '1' })],
    ['providerJailed', JSON.stringify({ provider: alice, until: 1.5 })],
    ['networkAdded', JSON.stringify({ network, caip2: 'no', slug: 's', minStake: '1', sla: {} })],
  ])('refuses a malformed %s: %s', (type, data) => {
    expect(() => decodeEvent(type, data, place)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_EVENT' }),
    );
  });

  it('refuses every known event with a value missing, or gives a whole one', () => {
    fc.assert(
      fc.property(placed, fc.nat(), (event, choice) => {
        const data = JSON.parse(encodeEvent(event));
        const keys = Object.keys(data);
        const missing = keys[choice % keys.length] ?? '';
        delete data[missing];
        const decode = () => decodeEvent(event.type, JSON.stringify(data), place);
        if (event.type === 'stakeChanged' && missing !== 'provider')
          expect(decode()).not.toHaveProperty(missing);
        else expect(decode).toThrow(expect.objectContaining({ code: 'MALFORMED_EVENT' }));
      }),
    );
  });
});
