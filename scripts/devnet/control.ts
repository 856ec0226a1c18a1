import type { Server } from 'node:http';
import type { DevnetState } from './devnetState.ts';
import { parseFault } from './fault.ts';
import { createControlServer } from './httpJson.ts';
import type { ProviderFleet } from './providerFleet.ts';

/** The hand of a running development network: `GET /state`, `POST /providers/<name>/fault`. */
export function createDevnetControl(
  state: () => DevnetState,
  fleet: ProviderFleet,
  onFault: (provider: string, mode: string) => void,
): Server {
  return createControlServer(async (route, body) => {
    if (route === 'GET /state') return { status: 200, body: state() };
    const name = /^POST \/providers\/([^/]+)\/fault$/.exec(route)?.[1];
    if (name === undefined) {
      return { status: 404, body: { error: 'GET /state, POST /providers/<name>/fault' } };
    }
    const fault = await fleet.setFault(decodeURIComponent(name), parseFault(body));
    onFault(name, fault.mode);
    return { status: 200, body: { provider: name, fault } };
  });
}
