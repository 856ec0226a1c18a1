import { table } from '../lib/table.ts';
import type { DevnetState } from './devnetState.ts';
import { FAULT_MODES } from './fault.ts';

/** What a person wants to know once the network is up. */
export function devnetSummary(state: DevnetState, stateFile: string): string[] {
  const { gateway, settlement, network } = state;
  const { contracts } = settlement;
  const heading = (text: string) => ['', text];
  return [
    ...heading('Contracts'),
    ...indent(
      table([
        ['ProviderRegistry', contracts.registry],
        ['StakeVault', contracts.vault],
        ['WatcherHub', contracts.hub],
        ['SlashingCourt', contracts.court],
        ['PaymentEscrow', contracts.escrow],
        ['AccessManager', contracts.accessManager],
        ['Token', contracts.token],
      ]),
    ),
    ...heading('Endpoints'),
    ...indent(
      table([
        ['gateway', gateway.rpcUrl, `status: ${gateway.url}/status`],
        ['settlement chain', settlement.rpcUrl, `chain ${settlement.chainId}`],
        ['served node', network.rpcUrl, `chain ${network.chainId}, ${network.slug}`],
        ...state.providers.map(({ name, url, address }) => [`provider ${name}`, url, address]),
        ...state.watchers.map(({ name, address }) => [name.replace('-', ' '), '', address]),
      ]),
    ),
    ...heading('Try it'),
    `  curl -s ${gateway.rpcUrl} -H 'content-type: application/json' \\`,
    `    -d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'`,
    ...heading('Make a provider fail'),
    `  npm run -s din -- devnet fault ${state.providers[0]?.name ?? 'alpha'} hang      (${FAULT_MODES.join(', ')})`,
    '',
    `All addresses, ports and development keys: ${stateFile}`,
    'Ctrl-C ends everything.',
  ];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
