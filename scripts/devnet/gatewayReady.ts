import { request } from 'undici';
import { z } from 'zod';
import { gatewayStatus, servicesByProvider } from './gatewayStatus.ts';

// Sooner nobody wonders.
const SAY_EVERY_MS = 3_000;
const READYZ = z.object({ reasons: z.array(z.string()) });

/**
 * A probe: true once the gateway is ready and may route to so many providers. While that takes long it says what is
 * missing.
 */
export function gatewayReady(args: {
  readonly gatewayUrl: string;
  readonly slug: string;
  readonly providers: number;
  say(line: string): void;
}): () => Promise<true | undefined> {
  let sayAfter = performance.now() + SAY_EVERY_MS;
  return async () => {
    const { body } = await request(`${args.gatewayUrl}/readyz`);
    const { reasons } = READYZ.parse(await body.json());
    const services = [...servicesByProvider(await gatewayStatus(args.gatewayUrl), args.slug).values()];
    const eligible = services.filter((service) => service.state === 'eligible').length;
    if (reasons.length === 0 && eligible === args.providers) return true;
    if (performance.now() > sayAfter) {
      sayAfter = performance.now() + SAY_EVERY_MS;
      const routed = `${eligible} of ${args.providers} providers`;
      args.say(`the gateway routes to ${[routed, ...reasons].join('; ')}`);
    }
    return undefined;
  };
}
