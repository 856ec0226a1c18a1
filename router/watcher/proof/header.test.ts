import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeHeader, proveHeader } from './header.ts';
import { headerOf, mainnetHeaders } from './mainnet.fixture.ts';
import { mutations } from './mutation.fixture.ts';

// What nodes add to a header, and what a header commits to by roots alone.
const BESIDE = ['size', 'totalDifficulty', 'uncles', 'uncles.*', 'withdrawals'];
const WITHDRAWALS = ['address', 'amount', 'index', 'validatorIndex'].map((name) => `withdrawals.*.${name}`);

test.each(mainnetHeaders)('a real header of $fork hashes to its block', ({ block }) => {
  const proof = proveHeader(block, block.hash);
  expect(proof).toMatchObject({
    kind: 'proven',
    truth: { hash: block.hash, fields: { stateRoot: block.stateRoot } },
  });
});

test.each(mainnetHeaders)(
  'a header of $fork of which anything is changed is refuted, once it is known',
  (fixture) => {
    const { block } = fixture;
    const header = headerOf(fixture);
    expect(judgeHeader(block, header, 'ethereum')).toEqual({ kind: 'proven' });
    fc.assert(
      fc.property(mutations(block, [...BESIDE, ...WITHDRAWALS]), ({ answer, path }) => {
        expect(judgeHeader(answer, header, 'ethereum')).toEqual({ kind: 'refuted', why: path });
        expect(judgeHeader(answer, header, 'unknown')).toEqual({
          kind: 'unprovable',
          why: `rules of ${path}`,
        });
        if (path !== 'hash') expect(proveHeader(answer, header.hash).kind).toBe('unprovable');
      }),
      { numRuns: 60 },
    );
  },
);

test.each(mainnetHeaders)(
  'a header of $fork without one of its fields proves nothing and accuses nobody',
  (fixture) => {
    const { block } = fixture;
    const header = headerOf(fixture);
    for (const name of Object.keys(header.fields)) {
      for (const absent of [undefined, null, 5, '', '0x', 'latest', [], {}]) {
        if (name === 'extraData' && absent === '0x') continue;
        const answer = { ...block, [name]: absent };
        expect(proveHeader(answer, block.hash).kind).toBe('unprovable');
        expect(judgeHeader(answer, header, 'ethereum')).toEqual({ kind: 'unprovable', why: `no ${name}` });
      }
    }
  },
);

test('a field of a fork that the block came before is no proof and no lie', () => {
  const london = mainnetHeaders.find(({ fork }) => fork === 'Paris');
  if (london === undefined) throw new Error('no fixture');
  const answer = { ...london.block, requestsHash: london.block.hash };
  expect(proveHeader(answer, london.block.hash)).toEqual({ kind: 'unprovable', why: 'hash of another form' });
  expect(judgeHeader(answer, headerOf(london), 'ethereum').kind).toBe('unprovable');
});

test('a header of a form that is not known here, as one that leaves a field out of its hash, accuses nobody', () => {
  const [{ block }] = mainnetHeaders as [(typeof mainnetHeaders)[0]];
  const answer = { ...block, baseFeePerGas: '0x7', l1BlockNumber: '0x1' };
  expect(proveHeader(answer, block.hash)).toEqual({ kind: 'unprovable', why: 'hash of another form' });
});

test('upper case and leading zeros are the same header', () => {
  const [{ block }] = mainnetHeaders as [(typeof mainnetHeaders)[0]];
  const answer = {
    ...block,
    stateRoot: `0x${String(block.stateRoot).slice(2).toUpperCase()}`,
    gasUsed: '0x000',
  };
  expect(proveHeader(answer, block.hash).kind).toBe('proven');
});
