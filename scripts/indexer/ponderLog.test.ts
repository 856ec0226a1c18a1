import { describe, expect, it } from 'vitest';
import { type PonderNews, ponderNews } from './ponderLog.ts';

const line = (values: object) => JSON.stringify({ time: 1, level: 30, ...values });

describe('ponderNews()', () => {
  it.each<[object, PonderNews]>([
    [
      { msg: 'Created HTTP server', port: 42070 },
      { kind: 'serving', port: 42070 },
    ],
    [{ msg: 'Started returning 200 responses', endpoint: '/ready' }, { kind: 'ready' }],
    [
      { msg: 'Updated backfill indexing progress', progress: '12.5%', estimate: '3m' },
      { kind: 'backfill', progress: '12.5%', remaining: '3m' },
    ],
    [
      { msg: 'Updated backfill indexing progress' },
      { kind: 'backfill', progress: undefined, remaining: undefined },
    ],
    [
      { msg: 'Reorged block', number: 7 },
      { kind: 'reorg', block: 7 },
    ],
    [{ level: 40, msg: 'Encountered unrecoverable reorg' }, { kind: 'reorgTooDeep' }],
    [
      { level: 50, msg: 'Build failed', error: { message: 'no' } },
      { kind: 'error', message: 'Build failed: no' },
    ],
    [
      { level: 40, msg: 'Slow' },
      { kind: 'warning', message: 'Slow' },
    ],
  ])('reads %j', (values, news) => {
    expect(ponderNews(line(values))).toEqual(news);
  });

  it('passes over what nobody needs to hear', () => {
    expect(ponderNews(line({ msg: 'Indexed block', number: 1 }))).toBeUndefined();
    expect(ponderNews(line({ msg: 'Started returning 200 responses', endpoint: '/health' }))).toBeUndefined();
    expect(ponderNews('  ')).toBeUndefined();
  });

  it('keeps what is printed outside the log', () => {
    expect(ponderNews('SyntaxError: nonsense')).toEqual({
      kind: 'warning',
      message: 'SyntaxError: nonsense',
    });
    expect(ponderNews('{"level":"high"}')).toMatchObject({ kind: 'warning' });
  });
});
