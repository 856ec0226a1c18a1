/**
 * Writes the contracts' ABIs as typed constants into `router/chain/abi/`, from Hardhat's artifacts.
 * `--check` writes nothing and fails when a file is out of date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
// The contracts, not their interfaces: inherited errors (access, tokens, signatures) must be known to decode a refusal.
const CONTRACTS = {
  stakeVault: 'contracts/StakeVault.sol/StakeVault',
  providerRegistry: 'contracts/ProviderRegistry.sol/ProviderRegistry',
  watcherHub: 'contracts/WatcherHub.sol/WatcherHub',
  slashingCourt: 'contracts/SlashingCourt.sol/SlashingCourt',
  paymentEscrow: 'contracts/PaymentEscrow.sol/PaymentEscrow',
  mockToken: 'contracts/mocks/MockToken.sol/MockToken',
  accessManager: '@openzeppelin/contracts/access/manager/AccessManager.sol/AccessManager',
} as const;

const check = process.argv.includes('--check');
let stale = 0;
await mkdir(join(ROOT, 'router/chain/abi'), { recursive: true });
for (const [name, artifact] of Object.entries(CONTRACTS)) {
  const { abi } = JSON.parse(await readFile(join(ROOT, 'artifacts', `${artifact}.json`), 'utf8'));
  const text = `// Generated from ${artifact.split('/').slice(0, -1).join('/')} by \`npm run abi\`. Do not edit.\nexport const ${name}Abi = ${JSON.stringify(abi, null, 2)} as const;\n`;
  const path = join(ROOT, 'router/chain/abi', `${name}.ts`);
  const current = await readFile(path, 'utf8').catch(() => '');
  if (current === text) continue;
  stale += 1;
  if (check) console.error(`${path} is out of date: run npm run abi`);
  else await writeFile(path, text);
}
if (check && stale > 0) process.exit(1);
