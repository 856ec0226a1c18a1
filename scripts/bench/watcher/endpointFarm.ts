import { fileURLToPath } from 'node:url';
import { startServedNetwork } from '../../soak/servedNetwork.ts';
import { startChild } from './childProcess.ts';
import type { NodesOrder, NodesStats, NodesWord } from './nodesTask.ts';

/** The endpoints of all providers, before one node whose blocks are as full as those of a network. */
export interface EndpointFarm {
  /** `/<provider>/<chain id>` is one of them. */
  readonly url: string;
  setDown(providers: readonly number[]): Promise<void>;
  stats(): Promise<NodesStats>;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('nodesMain.ts', import.meta.url));
const CHAIN_ID = 1_000;
/** Those behind the last hundred are not asked about. */
const BLOCKS = 110;
const TRANSACTIONS_A_BLOCK = 60;

export async function startEndpointFarm(): Promise<EndpointFarm> {
  const node = await startServedNetwork(CHAIN_ID);
  for (let block = 0; block < BLOCKS; block++) await node.mine(1, TRANSACTIONS_A_BLOCK);
  const child = startChild<NodesOrder, NodesWord>({ main: MAIN, task: { nodeUrl: node.url } });
  const word = <Kind extends NodesWord['kind']>(kind: Kind) =>
    child.next((one): one is Extract<NodesWord, { kind: Kind }> => one.kind === kind);
  const { port } = await word('listening');
  return {
    url: `http://127.0.0.1:${port}`,
    async setDown(providers) {
      const done = word('done');
      child.order({ kind: 'down', providers });
      await done;
    },
    async stats() {
      const answer = word('stats');
      child.order({ kind: 'stats' });
      return await answer;
    },
    async stop() {
      await child.end();
      await node.stop();
    },
  };
}
