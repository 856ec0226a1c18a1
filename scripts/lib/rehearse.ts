import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestClient, http, parseEther } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { startAnvil } from './anvil.ts';
import { type DeployOptions, deployAndVerify, type VerifiedDeployment } from './deploy.ts';

// No deployment costs as much; what it really costs is reported.
const BALANCE = parseEther('1000000');
const MAX_BODY_BYTES = 10_000_000;
/** The fork asks for none of these; should it ever, the chain is still not touched. */
const SENDING = /"eth_send/;

/**
 * Deploys on a fork of the chain as it stands now, from the same account and journal: the addresses, the gas and every
 * check are those of the real run. Nothing reaches the chain, and the journal stays as it is.
 * @throws As `deployAndVerify`.
 */
export async function rehearse(options: DeployOptions & { chainId: number }): Promise<VerifiedDeployment> {
  const scratch = await mkdtemp(join(tmpdir(), 'din-rehearsal-'));
  const relay = await startReadRelay(options.rpcUrl);
  try {
    const deploymentDir = join(scratch, 'journal');
    await cp(options.deploymentDir, deploymentDir, { recursive: true }).catch(ignoreMissing);
    const anvil = await startAnvil({
      chainId: options.chainId,
      flags: ['--fork-url', relay.url, '--no-storage-caching'],
    });
    try {
      const fork = createTestClient({ mode: 'anvil', transport: http(anvil.url) });
      await fork.setBalance({ address: privateKeyToAddress(options.deployerKey), value: BALANCE });
      return await deployAndVerify({ ...options, rpcUrl: anvil.url, deploymentDir });
    } finally {
      await anvil.stop();
    }
  } finally {
    await relay.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Stands between fork and endpoint: the endpoint's URL, often with a key in it, never shows in the process list. */
async function startReadRelay(target: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    try {
      let body = '';
      for await (const chunk of request) {
        body += String(chunk);
        if (body.length > MAX_BODY_BYTES) throw new RangeError('the request is too large');
      }
      if (SENDING.test(body)) throw new TypeError('a rehearsal sends nothing');
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(target, { method: 'POST', headers, body });
      response.writeHead(answer.status, headers).end(await answer.text());
    } catch {
      response.writeHead(502).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
