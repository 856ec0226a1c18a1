/**
 * Writes the contracts' ABIs as typed constants into `router/chain/abi/`, from Hardhat's artifacts.
 * `--check` writes nothing and fails when a file is out of date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const CONTRACTS = {
  stakeVault: 'interfaces/IStakeVault.sol/IStakeVault',
  providerRegistry: 'interfaces/IProviderRegistry.sol/IProviderRegistry',
  watcherHub: 'interfaces/IWatcherHub.sol/IWatcherHub',
  slashingCourt: 'interfaces/ISlashingCourt.sol/ISlashingCourt',
} as const;

const check = process.argv.includes('--check');
let stale = 0;
await mkdir(join(ROOT, 'router/chain/abi'), { recursive: true });
for (const [name, artifact] of Object.entries(CONTRACTS)) {
  const { abi } = JSON.parse(await readFile(join(ROOT, 'artifacts/contracts', `${artifact}.json`), 'utf8'));
  const text = `// Generated from contracts/${artifact.split('/').slice(0, -1).join('/')} by \`npm run abi\`. Do not edit.\nexport const ${name}Abi = ${JSON.stringify(abi, null, 2)} as const;\n`;
  const path = join(ROOT, 'router/chain/abi', `${name}.ts`);
  const current = await readFile(path, 'utf8').catch(() => '');
  if (current === text) continue;
  stale += 1;
  if (check) console.error(`${path} is out of date: run npm run abi`);
  else await writeFile(path, text);
}
if (check && stale > 0) process.exit(1);
