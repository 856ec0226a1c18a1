import { createPublicClient, custom, padHex } from 'viem';
import { expect, test } from 'vitest';
import { createCourtWatch } from './courtWatch.ts';

const REGISTRY = '0x0000000000000000000000000000000000000011';
const COURT = '0x0000000000000000000000000000000000000022';
const NEXT = '0x0000000000000000000000000000000000000033';

test('a court that was replaced is said once for each new one, an endpoint that fails is no reason', async () => {
  const answers = [COURT, NEXT, NEXT, undefined, COURT, NEXT] as const;
  const client = createPublicClient({
    transport: custom(
      {
        request: async () => {
          const answer = answers[look];
          if (answer === undefined) throw new Error('down');
          return padHex(answer, { size: 32 });
        },
      },
      { retryCount: 0 },
    ),
  });
  let look = 0;
  const events: [string, object][] = [];
  const note = (fields: object, event: string) => void events.push([event, fields]);
  const watch = createCourtWatch(
    client,
    { registry: REGISTRY, court: COURT },
    { debug: note, info: note, warn: note, error: note },
  );
  for (; look < answers.length; look++) await watch.check();
  expect(events).toEqual([
    ['court_replaced', { code: 'COURT_REPLACED', court: COURT, replacedBy: NEXT }],
    ['court_unread', expect.objectContaining({ error: expect.any(String) })],
  ]);
});
