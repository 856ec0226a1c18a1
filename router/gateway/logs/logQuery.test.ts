import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeJson, type RawJson } from '../../core/rawJson.ts';
import { logParams, readLogQuery } from './logQuery.ts';

const raw = (text: string) => text as RawJson;

describe('readLogQuery', () => {
  test.each([
    ['[{}]', 'latest', 'latest'],
    ['[{"fromBlock":"0x1f"}]', 31, 'latest'],
    ['[{"fromBlock":null,"toBlock":"0x0"}]', 'latest', 0],
    ['[{"fromBlock":"earliest","toBlock":"finalized"}]', 0, 'finalized'],
    ['[{"fromBlock":"safe","toBlock":"pending"}]', 'safe', 'latest'],
    ['[{"blockHash":null,"fromBlock":"0x1","toBlock":"0x2"}]', 1, 2],
    // The last one counts, as for a node.
    ['[{"fromBlock":"0x1","fromBlock":"0x2","toBlock":"latest"}]', 2, 'latest'],
  ])('%s', (params, from, to) => {
    expect(readLogQuery(raw(params))).toMatchObject({ from, to });
  });

  test.each([
    undefined,
    '[]',
    '{"fromBlock":"0x1"}',
    '["0x1"]',
    '[[{"fromBlock":"0x1"}]]',
    '[null]',
    '[{"fromBlock":1}]',
    '[{"fromBlock":"1"}]',
    '[{"fromBlock":"0x"}]',
    '[{"fromBlock":"newest"}]',
    '[{"toBlock":"0xffffffffffffffff"}]',
    '[{"toBlock":{}}]',
    `[{"blockHash":"0x${'ab'.repeat(32)}"}]`,
    '[{"blockHash":"junk","fromBlock":"0x1"}]',
  ])('leaves to a node: %s', (params) => {
    expect(readLogQuery(params === undefined ? undefined : raw(params))).toBeUndefined();
  });
});

describe('logParams', () => {
  test('all but the range stays byte for byte', () => {
    const params = raw(
      '[ {"address" : [ "0xAb",\n"0xcd"], "fromBlock":"0x1", "topics":[null,["\\u0030x1"]], "big":1.0e2, "toBlock":"0x9"} , 7.50 ]',
    );
    const query = readLogQuery(params);
    expect(query && logParams(query, { from: 3, to: 4 })).toBe(
      '[{"address":[ "0xAb",\n"0xcd"],"topics":[null,["\\u0030x1"]],"big":1.0e2,"fromBlock":"0x3","toBlock":"0x4"},7.50]',
    );
  });

  test('asks for the same in another range, whatever the filter holds', () => {
    const members = fc.dictionary(
      fc.string().filter((key) => !['fromBlock', 'toBlock', 'blockHash', '__proto__'].includes(key)),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(members, fc.array(fc.jsonValue()), fc.nat(), fc.nat(), (filter, others, from, to) => {
        const query = readLogQuery(encodeJson([{ ...filter, fromBlock: '0x7' }, ...others]));
        const asked = query && Buffer.from(logParams(query, { from, to }), 'latin1').toString('utf8');
        const range = { fromBlock: `0x${from.toString(16)}`, toBlock: `0x${to.toString(16)}` };
        expect(JSON.parse(asked ?? '')).toEqual(
          JSON.parse(JSON.stringify([{ ...filter, ...range }, ...others])),
        );
      }),
    );
  });
});
