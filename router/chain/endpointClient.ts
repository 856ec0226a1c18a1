import { createPublicClient, custom, http, type PublicClient, type Transport } from 'viem';
import { createEndpointSocket, type EndpointSocket } from './endpointSocket.ts';
import { NoSettlementEndpointError } from './settlementClient.ts';

export interface EndpointClient {
  /** Does not retry: who asks decides whether to ask again, or elsewhere. */
  readonly client: PublicClient;
  close(): void;
}

export interface EndpointClientOptions {
  /** In messages, instead of the URL. */
  readonly name: string;
  /** http(s) or ws(s). */
  readonly url: string;
  readonly timeoutMs: number;
  /** Called with the number of each block that the endpoint announces; only WebSockets do. */
  onHead(head: bigint): void;
}

/**
 * A client of one endpoint. Connects to nothing by itself.
 * @throws {@link NoSettlementEndpointError} when the URL is neither http(s) nor ws(s).
 */
export function createEndpointClient({
  name,
  url,
  timeoutMs,
  onHead,
}: EndpointClientOptions): EndpointClient {
  switch (URL.parse(url)?.protocol) {
    case 'http:':
    case 'https:':
      return { client: clientOver(http(url, { timeout: timeoutMs, retryCount: 0 })), close() {} };
    case 'ws:':
    case 'wss:': {
      const socket = createEndpointSocket({ url, timeoutMs, onHead });
      return { client: clientOver(overSocket(socket)), close: () => socket.close() };
    }
    default:
      throw new NoSettlementEndpointError(`${name} is no http(s) or ws(s) URL`);
  }
}

function overSocket(socket: EndpointSocket): Transport {
  return custom({ request: (body) => socket.request(body) }, { retryCount: 0 });
}

function clientOver(transport: Transport): PublicClient {
  // A cached block number would answer for a block that has passed.
  return createPublicClient({ transport, cacheTime: 0 });
}
