import { readFile } from 'node:fs/promises';
import { gatewayStatus, servicesByProvider } from '../gatewayStatus.ts';
import { hold, type Stage } from './stage.ts';

/** The gateway routes to every provider, and was told of none. */
export async function checkDiscovery(stage: Stage): Promise<void> {
  const { state } = stage.devnet;
  const config = await readFile(state.gateway.config, 'utf8');
  const told = state.providers.filter(
    ({ url, address }) => config.includes(url) || config.toLowerCase().includes(address.toLowerCase()),
  );
  hold(told.length === 0, "the gateway's configuration names providers");
  const services = servicesByProvider(await gatewayStatus(state.gateway.url), state.network.slug);
  for (const { name, address } of state.providers) {
    const found = services.get(address.toLowerCase())?.state;
    hold(found === 'eligible', `the gateway does not route to ${name}: ${found ?? 'unknown to it'}`);
  }
  stage.say(`the gateway found ${services.size} providers by chain events; its configuration names none`);
}
