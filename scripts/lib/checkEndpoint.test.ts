import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { checkEndpoint } from './checkEndpoint.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(status: number, body: string, headers: Record<string, string> = {}): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status, headers).end(body));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const chain = (id: number) => ({ ok: true, chainId: BigInt(id) }) as const;
const publicName = {
  url: 'https://rpc.provider.io/key',
  caip2: 'eip155:1',
  publicOnly: true,
  resolve: async () => ['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'],
  ask: async () => chain(1),
};

describe('an endpoint on a production deployment', () => {
  test('with a public name and the right chain is taken', async () => {
    expect(await checkEndpoint(publicName)).toHaveLength(2);
  });

  test.each([
    'http://rpc.provider.io',
    'https://127.0.0.1',
    'https://localhost',
    'https://node.internal',
    'https://10.0.0.1:8545',
    'https://[::1]:8545',
    'https://0x7f000001',
    'https://2130706433',
  ])('written as %s is refused', async (url) => {
    await expect(checkEndpoint({ ...publicName, url })).rejects.toMatchObject({ code: 'PRIVATE_ENDPOINT' });
  });

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '100.64.0.1',
    '::1',
    'fd00::1',
    '::ffff:192.168.0.1',
  ])('whose name resolves to %s is refused, even beside a public address', async (address) => {
    const resolve = async () => ['93.184.216.34', address];
    const checking = checkEndpoint({ ...publicName, resolve });
    await expect(checking).rejects.toMatchObject({ code: 'PRIVATE_ENDPOINT' });
  });

  test('whose name does not resolve is refused', async () => {
    const resolve = () => Promise.reject(new Error('ENOTFOUND'));
    const checking = checkEndpoint({ ...publicName, resolve });
    await expect(checking).rejects.toMatchObject({ code: 'ENDPOINT_UNREACHABLE' });
  });

  test('of another namespace is not asked for an EVM chain id', async () => {
    const ask = () => expect.unreachable('asked');
    expect(await checkEndpoint({ ...publicName, caip2: 'solana:5eykt4', ask })).toHaveLength(1);
  });
});

test.each([
  'ftp://x.io',
  'wss://x.io',
  'x',
  '',
  'https://user:pass@x.io',
  'https://x.io#a',
  'https://x.io/ a',
  `https://x.io/${'a'.repeat(250)}`,
])('%j is no endpoint anywhere', async (url) => {
  const checking = checkEndpoint({ ...publicName, publicOnly: false, url });
  await expect(checking).rejects.toMatchObject({ code: 'INVALID_ENDPOINT' });
});

describe('the node behind an endpoint', () => {
  const check = (url: string) => checkEndpoint({ url, caip2: 'eip155:1337', publicOnly: false });

  test('is taken when it answers for the right chain', async () => {
    expect(await check(await serve(200, '{"jsonrpc":"2.0","id":1,"result":"0x539"}'))).toHaveLength(1);
  });

  test('is refused when it answers for another chain', async () => {
    const checking = check(await serve(200, '{"jsonrpc":"2.0","id":1,"result":"0x1"}'));
    await expect(checking).rejects.toMatchObject({ code: 'ENDPOINT_WRONG_CHAIN' });
  });

  test.each([
    ['an error status', 500, '{"jsonrpc":"2.0","id":1,"result":"0x539"}'],
    ['HTML', 200, '<html>0x539</html>'],
    ['an error', 200, '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}'],
    ['a number', 200, '{"jsonrpc":"2.0","id":1,"result":1337}'],
    ['an endless answer', 200, ' '.repeat(100_000)],
  ])('is refused when it answers with %s', async (_what, status, body) => {
    const checking = check(await serve(status, body));
    await expect(checking).rejects.toMatchObject({ code: 'ENDPOINT_UNREACHABLE' });
  });

  test('is refused when it sends us elsewhere', async () => {
    const right = await serve(200, '{"jsonrpc":"2.0","id":1,"result":"0x539"}');
    const checking = check(await serve(307, '', { location: right }));
    await expect(checking).rejects.toMatchObject({ code: 'ENDPOINT_UNREACHABLE' });
  });

  test('is refused when nothing listens, without the key in its URL in the message', async () => {
    const url = await serve(200, '');
    const server = servers.pop()!;
    await new Promise((resolve) => server.close(resolve));
    const error = await check(`${url}v3/secret`).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNREACHABLE' });
    expect(String(error)).not.toContain('secret');
  });
});
