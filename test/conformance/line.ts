import {
  type Behaviour,
  type FaultyEndpoint,
  honest,
  startFaultyEndpoint,
} from '../fixtures/faultyEndpoint.ts';
import { startRelay } from '../fixtures/relay.ts';

/** What a source depends on, as it sees it: dead when cut. Keeps its address, which nobody else can take meanwhile. */
export interface Line {
  readonly name: string;
  readonly url: string;
  cut(): void;
  mend(): void;
  isOpen(): boolean;
  stop(): Promise<void>;
}

export interface EndpointLine extends Line {
  /** Until it is cut or mended; honest at first. */
  behave(behaviour: Behaviour): void;
}

/** @param onAsked Told the first block of each question for logs. */
export async function startEndpointLine(
  name: string,
  nodeUrl: string,
  onAsked: (fromBlock: bigint) => void,
): Promise<EndpointLine> {
  const endpoint: FaultyEndpoint = await startFaultyEndpoint(nodeUrl);
  let open = true;
  let behaviour = honest;
  endpoint.behave((call) => {
    if (!open) return { kind: 'drop' };
    const [filter] = call.params as [{ readonly fromBlock?: string }?];
    if (call.method === 'eth_getLogs' && filter?.fromBlock !== undefined) onAsked(BigInt(filter.fromBlock));
    return behaviour(call);
  });
  return {
    name,
    url: endpoint.url,
    cut() {
      open = false;
      behaviour = honest;
    },
    mend() {
      open = true;
      behaviour = honest;
    },
    isOpen: () => open,
    behave(next) {
      behaviour = next;
    },
    stop: () => endpoint.die(),
  };
}

/** @param onAsked Told the first block of each question for events. */
export async function startIndexerLine(
  name: string,
  graphqlUrl: () => string,
  onAsked: (fromBlock: bigint) => void,
): Promise<Line> {
  let open = true;
  const relay = await startRelay(graphqlUrl, (body) => {
    const { variables } = JSON.parse(body) as { readonly variables?: { readonly after?: string } };
    if (open && variables?.after !== undefined) onAsked(BigInt(variables.after) + 1n);
    return open ? 'pass' : 'drop';
  });
  return {
    name,
    url: relay.url,
    cut() {
      open = false;
    },
    mend() {
      open = true;
    },
    isOpen: () => open,
    stop: () => relay.stop(),
  };
}
