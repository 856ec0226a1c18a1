import { lookup } from 'node:dns/promises';
import { type Caip2, eip155ChainId } from '../../router/core/caip2.ts';
import { DinError } from '../../router/core/dinError.ts';
import { redactUrls } from '../../router/core/redactUrls.ts';
import { isPublicAddress } from '../../router/upstream/addressGuard.ts';
import { askChainId, type ChainIdAnswer } from './askChainId.ts';
import { endpointKind } from './endpointKind.ts';

export interface EndpointCheck {
  readonly url: string;
  readonly caip2: string;
  /** The deployment's `publicEndpointsOnly`. */
  readonly publicOnly: boolean;
  /** Addresses of a host name; rejects when there are none. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly ask?: (url: string, allowPrivate: boolean) => Promise<ChainIdAnswer>;
}

/**
 * Looks at an endpoint as routers and watchers will: its form, its addresses, and the chain that answers.
 * @returns What was found right, one line each.
 * @throws {@link InvalidEndpointError}, {@link PrivateEndpointError}, {@link EndpointUnreachableError},
 * {@link EndpointWrongChainError}
 */
export async function checkEndpoint(check: EndpointCheck): Promise<string[]> {
  const { url, caip2, publicOnly, resolve = resolveHost, ask = askChainId } = check;
  const kind = endpointKind(url);
  if (kind === 'invalid' || !URL.canParse(url)) throw new InvalidEndpointError(url);
  // The registry would take it, and then watchers, who speak HTTP, would report an outage.
  if (url.startsWith('ws')) throw new InvalidEndpointError(url);
  const found: string[] = [];
  if (publicOnly) {
    if (kind === 'private') throw new PrivateEndpointError(url, 'it is no public https or wss name');
    const { hostname } = new URL(url);
    const addresses = await resolve(hostname).catch(() => []);
    if (addresses.length === 0) throw new EndpointUnreachableError(url, 'its name does not resolve');
    for (const address of addresses) {
      if (!isPublicAddress(address))
        throw new PrivateEndpointError(
          url,
          `its name resolves to the address ${address}, which is not public`,
        );
    }
    found.push(`${hostname} resolves to public addresses`);
  }
  const expected = eip155ChainId(caip2 as Caip2);
  // How other namespaces name their chain is not known here.
  if (expected === undefined) return found;
  const answer = await ask(url, !publicOnly);
  if (!answer.ok) throw new EndpointUnreachableError(url, answer.why);
  if (answer.chainId !== BigInt(expected)) throw new EndpointWrongChainError(url, answer.chainId, expected);
  found.push(`the endpoint answers for chain ${expected}`);
  return found;
}

async function resolveHost(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

export class InvalidEndpointError extends DinError {
  readonly code = 'INVALID_ENDPOINT';
  constructor(url: string) {
    super(
      `${redactUrls(url)} is no endpoint: an http or https URL of at most 256 plain characters is needed, without user, password and fragment`,
    );
  }
}

export class PrivateEndpointError extends DinError {
  readonly code = 'PRIVATE_ENDPOINT';
  constructor(url: string, why: string) {
    super(`${redactUrls(url)} is refused: ${why}, and this deployment takes public endpoints only`);
  }
}

export class EndpointUnreachableError extends DinError {
  readonly code = 'ENDPOINT_UNREACHABLE';
  constructor(url: string, why: string) {
    super(`${redactUrls(url)} cannot be used: ${why}. Nothing was sent (--no-check leaves this out)`);
  }
}

export class EndpointWrongChainError extends DinError {
  readonly code = 'ENDPOINT_WRONG_CHAIN';
  constructor(url: string, actual: bigint, expected: number) {
    super(
      `${redactUrls(url)} answers for chain ${actual}, not for ${expected}: a watcher would report every answer`,
    );
  }
}
