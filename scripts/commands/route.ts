import { type Command, Option } from 'commander';
import type { CliIo } from '../lib/cliIo.ts';
import type { ExplainOptions } from './route/explain.ts';

const EXAMPLES = `
Examples:
  din route explain ethereum eth_call
  din route explain 1 eth_getBalance '["0x00000000219ab540356cBB839Cbe05303d7705Fa","0x112a880"]'
  din route explain eip155:1 eth_getLogs '[{"fromBlock":"0x1","toBlock":"latest"}]' --all
  din route explain ethereum eth_sendRawTransaction --session wallet-1 --json

share: of such calls, those for which it is asked first; in tier: of those that come to its tier.
cost: expected latency x (calls in flight + 1) x lag; twice the cost is an eighth of the share.
Nothing is asked of any service. See docs/gateway.md.`;

/** Declares `din route …`; each command loads its implementation when it runs. */
export function addRouteCommands(program: Command, io: CliIo): void {
  const route = program.command('route').description('how a running gateway routes calls');

  route
    .command('explain')
    .description('who would answer a call now: the ranking of all services, with reasons')
    .argument('<network>', 'slug, CAIP-2 id or chain id')
    .argument('<method>', 'e.g. eth_call')
    .argument('[params]', 'as JSON: what matters is the block that they name')
    .option('--url <url>', 'the running gateway; left out: http://127.0.0.1:8080')
    .addOption(
      new Option('--config <file>', 'or the file that it runs by: `listen` says where it is').conflicts(
        'url',
      ),
    )
    .option('--session <name>', 'as in the header x-din-session')
    .option('--all', 'all services, and not the first twenty')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action(async (network: string, method: string, params: string | undefined, options: ExplainOptions) =>
      (await import('./route/explain.ts')).explain({ network, method, params, options }, io),
    );
}
