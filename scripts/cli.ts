import { Command, CommanderError } from 'commander';
import { DinError } from '../router/core/dinError.ts';
import { redactUrls } from '../router/core/redactUrls.ts';
import { addCaseCommands } from './commands/case.ts';
import { addConfigCommands } from './commands/config.ts';
import { addDeployCommand } from './commands/deploy.ts';
import { addEscrowCommands } from './commands/escrow.ts';
import { addGatewayCommand } from './commands/gateway.ts';
import { addIndexerCommand } from './commands/indexer.ts';
import { addKeeperCommand } from './commands/keeper.ts';
import { addKeystoreCommands } from './commands/keystore.ts';
import { addNetworkCommands } from './commands/network.ts';
import { addPauseCommands } from './commands/pause.ts';
import { addProviderCommands } from './commands/provider.ts';
import { addRouteCommands } from './commands/route.ts';
import { addWatcherCommands } from './commands/watcher.ts';
import type { CliIo } from './lib/cliIo.ts';
import { toJson } from './lib/output.ts';
import { refuseSecretArguments } from './lib/secretArguments.ts';

const EXIT_OK = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const FOOTER = `
Keys come from an encrypted file (--keystore, password in DIN_KEYSTORE_PASSWORD or typed when asked) or from
DIN_PRIVATE_KEY, never from an argument. DIN_RPC_URL and DIN_REGISTRY stand in for --rpc and --registry.
Data goes to stdout (--json: one JSON object), progress to stderr.
Exit codes: 0 done, 1 refused or failed, 2 the command line is wrong.`;

/**
 * The `din` command line, in process: touches nothing but what `io` gives it.
 * @param argv Arguments after the program's name.
 * @returns The exit code: 0 done, 1 refused or failed, 2 wrong usage. Never rejects.
 */
export async function runDin(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    refuseSecretArguments(argv);
    const program = await createProgram(argv, io);
    await program.parseAsync([...argv], { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    return await report(error, argv, io);
  }
}

async function createProgram(argv: readonly string[], io: CliIo): Promise<Command> {
  const program = new Command('din')
    .description('Decentralized Infrastructure Network: providers, watchers, gateways, indexers')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout(text.trimEnd()),
      writeErr: (text) => io.stderr(text.trimEnd()),
    })
    .showHelpAfterError('(add --help for what is possible)')
    .addHelpText('after', FOOTER);
  addProviderCommands(program, io);
  addWatcherCommands(program, io);
  addKeeperCommand(program, io);
  addGatewayCommand(program, io);
  addRouteCommands(program, io);
  addIndexerCommand(program, io);
  addConfigCommands(program, io);
  addNetworkCommands(program, io);
  addCaseCommands(program, io);
  addPauseCommands(program, io);
  addEscrowCommands(program, io);
  addDeployCommand(program, io);
  addKeystoreCommands(program, io);
  // The devnet's own options need its module; nothing else does.
  const [first, second] = argv;
  if (first === 'devnet' || (first === 'help' && second === 'devnet'))
    (await import('./commands/devnet.ts')).addDevnetCommand(program, io);
  else
    program.command('devnet').description('run a whole local network: chains, providers, watchers, gateway');
  return program;
}

async function report(error: unknown, argv: readonly string[], io: CliIo): Promise<number> {
  if (error instanceof CommanderError) {
    // Commander has printed help or the error by now; only help that was asked for is a success.
    const asked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
    if (asked) return EXIT_OK;
    printError({ code: 'USAGE', message: error.message }, argv, io);
    return EXIT_USAGE;
  }
  const { code, message } = await describe(error);
  printError({ code, message }, argv, io);
  io.stderr(`${code}: ${message}`);
  return code === 'USAGE' || code === 'SECRET_ARGUMENT' ? EXIT_USAGE : EXIT_FAILED;
}

/** What a program reads must be one JSON object, whatever happened. */
function printError(error: { code: string; message: string }, argv: readonly string[], io: CliIo): void {
  if (argv.includes('--json')) io.stdout(toJson({ ok: false, error }));
}

async function describe(error: unknown): Promise<{ code: string; message: string }> {
  if (error instanceof DinError) return { code: error.code, message: redactUrls(error.message) };
  // Loaded late: help must not wait for viem.
  const { describeChainError, isEndpointError } = await import('../router/chain/chainError.ts');
  const message = redactUrls(describeChainError(error));
  return { code: isEndpointError(error) ? 'SETTLEMENT_UNREACHABLE' : 'UNEXPECTED', message };
}
