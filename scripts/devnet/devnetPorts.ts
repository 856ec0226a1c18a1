import { createPortAllocator, requireFreePort } from './freePort.ts';

const USUAL = { gateway: 8080, settlement: 8545, served: 8546, control: 9700, provider: 9701, switch: 9801 };

export interface DevnetPorts {
  readonly gateway: number;
  readonly settlement: number;
  readonly served: number;
  readonly control: number;
  readonly providers: readonly { readonly endpoint: number; readonly switch: number }[];
}

/**
 * @param choice `usual`: the documented ports, each the next free one when taken. `any`: free ones.
 * @param gateway The gateway's own, taken or not at all.
 * @throws {@link PortTakenError}
 */
export async function chooseDevnetPorts(
  choice: 'usual' | 'any',
  providers: number,
  gateway: number | undefined,
): Promise<DevnetPorts> {
  const allocate = createPortAllocator();
  const take = (preferred: number) => allocate(choice === 'usual' ? preferred : 0);
  if (gateway !== undefined) await requireFreePort(gateway);
  const chosen = {
    gateway: gateway === undefined ? await take(USUAL.gateway) : await allocate(gateway),
    settlement: await take(USUAL.settlement),
    served: await take(USUAL.served),
    control: await take(USUAL.control),
  };
  const each = [];
  for (let index = 0; index < providers; index += 1) {
    each.push({ endpoint: await take(USUAL.provider + index), switch: await take(USUAL.switch + index) });
  }
  return { ...chosen, providers: each };
}
