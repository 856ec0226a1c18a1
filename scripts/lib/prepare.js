// npm's `prepare`: compiles the contracts at installation, so that the first start need not wait for it. Plain
// JavaScript, because an old Node cannot read TypeScript. Never fails an installation: what is missing is compiled later.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const hardhat = fileURLToPath(new URL('../../node_modules/hardhat/dist/src/cli.js', import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `The contracts were not compiled: this is Node ${process.versions.node}, they need 22.18 or newer. Use "npx -y -p node@24 npm install".`,
  );
} else if (existsSync(hardhat)) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [
    hardhat,
    'compile',
    '--no-tests',
    '--quiet',
  ]);
  if (status !== 0) {
    console.error(`${stdout}${stderr}\nThe contracts were not compiled; the first start tries again.`);
  }
}
