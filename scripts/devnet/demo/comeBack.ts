import { isAddressEqual } from 'viem';
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
  const jailEnds = () =>
    events
      .named('ProviderJailed')
      .filter(({ args }) => isAddressEqual(args.provider, address))
      .map(({ args }) => args.until);
  let jails = 0;
  await until(
    `${name} is routed to again`,
    async () => {
      const ends = jailEnds();
      if (ends.length > jails) {
        jails = ends.length;
        const rest = Math.max(...ends) - Number((await client.getBlock()).timestamp);
        say(
          `${name}: ${rest} s of jail to go${jails > 1 ? ', now that another of its cases is executed' : ''}`,
        );
      }
      return (await serviceOf(stage, address))?.state === 'eligible' ? true : undefined;
    },
    BACK_TIMEOUT_MS,
  );
  const jailEnd = Math.max(...jailEnds());
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
