import { request } from 'undici';
import { z } from 'zod';

// What this side reads of the gateway's /status; it may say more.
const STATUS = z.object({
  settlement: z.object({ block: z.number().nullable(), state: z.string() }).nullable(),
  networks: z.array(
    z.object({
      slug: z.string(),
      head: z.number().nullable(),
      services: z.array(
        z.object({
          provider: z.string().nullish(),
          state: z.enum(['eligible', 'ineligible']),
          reason: z.string().nullish(),
          calls: z.number(),
          failures: z.number(),
        }),
      ),
    }),
  ),
  totals: z.object({ calls: z.number(), failed: z.number(), failovers: z.number() }),
});

export type GatewayStatus = z.infer<typeof STATUS>;
export type ServiceStatus = GatewayStatus['networks'][number]['services'][number];

/** Rejects while the gateway does not answer. */
export async function gatewayStatus(gatewayUrl: string): Promise<GatewayStatus> {
  const response = await request(`${gatewayUrl}/status`, { headersTimeout: 5000 });
  return STATUS.parse(await response.body.json());
}

/** The services of one network, by provider address in lower case. */
export function servicesByProvider(status: GatewayStatus, slug: string): Map<string, ServiceStatus> {
  const services = status.networks.find((network) => network.slug === slug)?.services ?? [];
  return new Map(services.map((service) => [service.provider?.toLowerCase() ?? '', service]));
}
