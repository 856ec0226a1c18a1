import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryEvent, blockAt, opening } from '../registry/events.arbitrary.ts';
import { activeServices, emptySet, type ServiceKey } from '../registry/providerSet.ts';
import { applyBlock } from '../registry/reduce.ts';
import { changedWeights, serviceWeight, stakeWeight, type Weighing } from './serviceWeight.ts';

describe('stakeWeight', () => {
  const weight = (tokens: bigint, thawing = 0n, requiredStake = 100n) =>
    stakeWeight({ tokens, thawing, requiredStake });

  test.each([
    ['just enough', weight(100n), 1],
    ['four times enough', weight(400n), 2],
    ['any more than nine times enough', weight(10n ** 30n), 3],
    ['four times enough, most of it on its way out', weight(400n, 300n), 1],
    ['too little, or none that counts', weight(1n, 50n), 1],
    ['no need of any', weight(400n, 0n, 0n), 1],
    ['not known', stakeWeight(undefined), 1],
  ])('of %s', (_name, actual, expected) => {
    expect(actual).toBe(expected);
  });
});

describe('changedWeights', () => {
  const start = applyBlock(emptySet(blockAt(0)), blockAt(0), opening);
  const weightsIn = (now: Weighing) =>
    new Map(
      [...now.set.active.keys()].flatMap((network) =>
        Array.from(activeServices(now.set, network), (service) => [service.key, serviceWeight(now, service)]),
      ),
    );

  test('keep a list of weights right that is made anew only when the services change', () => {
    const events = fc.array(arbitraryEvent, { maxLength: 3 });
    // An epoch gives some of the services another score, with each block or seldom.
    const scored = fc.option(fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 1 }));
    fc.assert(
      fc.property(fc.array(fc.record({ events, scored }), { maxLength: 30 }), (blocks) => {
        let now: Weighing = { set: start, scores: undefined };
        let known = weightsIn(now);
        for (const [index, { events: ofBlock, scored: factors }] of blocks.entries()) {
          const before = now;
          const set = applyBlock(before.set, blockAt(index + 1), ofBlock);
          const services = [...set.providers.values()].flatMap((provider) => [...provider.services.values()]);
          const scores =
            factors &&
            new Map(
              services.map(({ key }, at): [ServiceKey, number] => [key, factors[at % factors.length] ?? 1]),
            );
          now = { set, scores: scores ?? before.scores };
          if (set.active !== before.set.active) known = weightsIn(now);
          for (const { key, weight } of changedWeights(before, now))
            if (known.has(key)) known.set(key, weight);
          expect(known).toEqual(weightsIn(now));
        }
      }),
    );
  });

  test('are those of providers whose weight another stake changed, on each of their networks', () => {
    const stake = opening.find((event) => event.type === 'stakeChanged');
    if (!stake) throw new Error('the opening has none');
    const { provider } = stake;
    const offers = opening.flatMap((event) => {
      if (event.type !== 'networkAdded') return [];
      const { network, blockNumber, logIndex } = event;
      const offer = {
        provider,
        network,
        serviceId: 1,
        url: 'https://a.example',
        capabilities: 1,
        minStake: 10n,
      };
      return [{ type: 'serviceAdded' as const, ...offer, blockNumber, logIndex }];
    });
    const offering = applyBlock(start, blockAt(1), offers);
    const staked = (tokens: bigint) => applyBlock(offering, blockAt(2), [{ ...stake, tokens }]);
    const scores = undefined;
    const changed = (tokens: bigint) =>
      changedWeights({ set: offering, scores }, { set: staked(tokens), scores }).map(({ caip2, weight }) => [
        caip2,
        weight,
      ]);
    expect(changed(20n)).toEqual([]);
    expect(changed(80n).toSorted()).toEqual([
      ['eip155:0', 2],
      ['eip155:1', 2],
    ]);
  });
});
