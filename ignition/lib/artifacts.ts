import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact, ArtifactResolver, BuildInfo } from '@nomicfoundation/ignition-core';

const ROOT = join(import.meta.dirname, '../..');
const ARTIFACTS = join(ROOT, 'artifacts');
const DEPLOYED = [
  'AccessManager',
  'MockToken',
  'StakeVault',
  'ProviderRegistry',
  'WatcherHub',
  'SlashingCourt',
  'PaymentEscrow',
];
/** Where a source is not `contracts/<name>.sol`. */
const PATHS: Readonly<Record<string, string>> = {
  AccessManager: '@openzeppelin/contracts/access/manager/AccessManager.sol',
  MockToken: 'contracts/mocks/MockToken.sol',
};

/** Reads what Hardhat compiled, without Hardhat: it takes a second to load. */
export const artifactResolver: ArtifactResolver = {
  loadArtifact,
  async getBuildInfo(contractName): Promise<BuildInfo | undefined> {
    const { buildInfoId } = await loadArtifact(contractName);
    if (buildInfoId === undefined) return undefined;
    return JSON.parse(await readFile(join(ARTIFACTS, 'build-info', `${buildInfoId}.json`), 'utf8'));
  },
};

/** Compiles, unless there was a build after every contract was last written. */
export async function ensureArtifacts(onProgress: (line: string) => void): Promise<void> {
  if (await areFresh()) return;
  onProgress('compiling the contracts');
  const { default: hre } = await import('hardhat');
  await hre.tasks.getTask('build').run({ quiet: true, noTests: true });
}

async function areFresh(): Promise<boolean> {
  try {
    await Promise.all(DEPLOYED.map((name) => stat(artifactPath(name))));
    // Hardhat writes this at the end of every build that succeeded, even when it found nothing to compile.
    const { mtimeMs: built } = await stat(join(ROOT, 'cache/compile-cache.json'));
    const sources = await sourceFiles(join(ROOT, 'contracts'));
    const written = await Promise.all(
      [...sources, join(ROOT, 'hardhat.config.ts')].map((path) => stat(path)),
    );
    return written.every(({ mtimeMs }) => mtimeMs < built);
  } catch {
    return false;
  }
}

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .filter((path) => path.endsWith('.sol') && !path.endsWith('.t.sol') && !path.startsWith('test'))
    .map((path) => join(folder, path));
}

async function loadArtifact(contractName: string): Promise<Artifact> {
  return JSON.parse(await readFile(artifactPath(contractName), 'utf8'));
}

function artifactPath(contractName: string): string {
  const source = PATHS[contractName] ?? `contracts/${contractName}.sol`;
  return join(ARTIFACTS, source, `${contractName}.json`);
}
