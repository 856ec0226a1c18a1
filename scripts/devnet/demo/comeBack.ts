import { until } from '../until.ts';
import { serviceOf } from './ejection.ts';
import { hold, type Stage, userCalls } from './stage.ts';

const BACK_TIMEOUT_MS = 80_000;
const SERVING_TIMEOUT_MS = 10_000;
const SERVED_CALLS = 20;

/** After its jail the provider is routed to again and answers users. */
export async function awaitReturn(stage: Stage): Promise<void> {
  const { cast, say, client, events } = stage;
  const { name, address } = cast.dead;
  say(`waiting for the end of the jail of ${name}`);
  await until(
    `${name} is routed to again`,
    async () => ((await serviceOf(stage, address))?.state === 'eligible' ? true : undefined),
    BACK_TIMEOUT_MS,
  );
  const jailEnd = Math.max(
    ...events
      .named('ProviderJailed')
      .filter(({ args }) => args.provider.toLowerCase() === address.toLowerCase())
      .map(({ args }) => args.until),
  );
  const { timestamp } = await client.getBlock();
  hold(
    Number(timestamp) >= jailEnd,
    `${name} is routed to ${jailEnd - Number(timestamp)} s before its jail ends`,
  );
  const before = await userCalls(stage, name);
  await until(
    `${name} serves again`,
    async () => ((await userCalls(stage, name)) >= before + SERVED_CALLS ? true : undefined),
    SERVING_TIMEOUT_MS,
  );
  say(`${name} is back and serves users`);
}
