#!/usr/bin/env node
// The `din` command on whatever Node runs it. Plain JavaScript, because an old Node cannot even read TypeScript: it
// hands over to the Node that the project's dependencies bring along, or says what is missing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, 'din.ts');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 18)) {
  const [command, action] = process.argv.slice(2);
  // Those that run for long under load.
  const isServing = command === 'gateway' || (command === 'watcher' && action === 'run');
  if (isServing) (await import('./lib/thriftyHeap.js')).startThrifty();
  const { keepCompiled } = await import('./lib/compileCache.js');
  // Code that was compiled with other bounds is of no use.
  keepCompiled(isServing ? 'compiled-gateway' : 'compiled');
  await import('./din.ts');
} else {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = join(here, '../node_modules/node/bin', name);
  if (!existsSync(node)) {
    console.error(
      `din needs Node 22.18 or newer; this is ${process.versions.node}. Run "npx -y -p node@24 npm install" in ${join(here, '..')} once: it brings its own Node.`,
    );
    process.exit(1);
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to the child too; other signals have to be passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`din could not start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('close', (code, signal) => {
    process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));
  });
}
