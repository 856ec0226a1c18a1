import { join } from 'node:path';
import type { ProcessSpec } from '../../devnet/processes.ts';
import { gatewaySpec, oneNode } from './gatewaySpec.ts';
import { nodeConfig, proxyConfig } from './nginx.ts';
import { findProgram, requireProgram } from './programs.ts';
import { writeInto } from './writeInto.ts';

/** What each is called in reports. */
export const PEER_TITLES = {
  nginx: 'nginx',
  haproxy: 'haproxy',
  caddy: 'Caddy',
  'bare-undici': 'bare Node relay, undici',
  bare: 'bare Node relay, our client',
  ours: 'ours, 1 process',
  workers: 'ours, 2 workers',
  batching: 'ours, upstream batching',
} as const;
export type PeerName = keyof typeof PEER_TITLES;
export const PEER_NAMES = Object.keys(PEER_TITLES) as readonly PeerName[];

export interface Place {
  /** Its own, for its files. */
  readonly directory: string;
  readonly port: number;
  readonly nodePort: number;
}

export interface Peer {
  readonly spec: ProcessSpec;
  readonly path: '/' | '/ethereum';
}

const BARE_RELAY = join(import.meta.dirname, 'bareRelay.ts');

export function fakeNode({ directory, nodePort }: Omit<Place, 'port'>): ProcessSpec {
  const text = nodeConfig({ directory, port: nodePort, answer: '0x1' });
  return nginxSpec('node', directory, writeInto(directory, 'nginx.conf', text));
}

/** Writes the peer's configuration; each of the others has one processor. Undefined when it is not installed. */
export function preparePeer(name: PeerName, place: Place): Peer | undefined {
  switch (name) {
    case 'nginx':
      return { spec: nginxProxy(place), path: '/' };
    case 'haproxy':
      return plain(haproxy(place));
    case 'caddy':
      return plain(caddy(place));
    case 'bare-undici':
      return plain(bareRelay(place, 'undici'));
    case 'bare':
      return plain(bareRelay(place, 'own'));
    case 'ours':
      return gateway(place, {});
    case 'workers':
      return gateway(place, { workers: 2 });
    case 'batching':
      return gateway(place, { batch: true });
  }
}

function plain(spec: ProcessSpec | undefined): Peer | undefined {
  return spec && { spec, path: '/' };
}

function nginxProxy({ directory, port, nodePort }: Place): ProcessSpec {
  const text = proxyConfig(directory, port, nodePort);
  return nginxSpec('nginx', directory, writeInto(directory, 'nginx.conf', text));
}

export function nginxSpec(name: string, directory: string, file: string): ProcessSpec {
  return { name, command: requireProgram('nginx'), args: ['-p', directory, '-e', 'stderr', '-c', file] };
}

function haproxy({ directory, port, nodePort }: Place): ProcessSpec | undefined {
  const command = findProgram('haproxy');
  if (command === undefined) return undefined;
  const text = `global
  nbthread 1
defaults
  mode http
  maxconn 4096
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend users
  bind 127.0.0.1:${port}
  default_backend node
backend node
  server node 127.0.0.1:${nodePort}
`;
  return { name: 'haproxy', command, args: ['-db', '-f', writeInto(directory, 'haproxy.cfg', text)] };
}

function caddy({ directory, port, nodePort }: Place): ProcessSpec | undefined {
  const command = findProgram('caddy');
  if (command === undefined) return undefined;
  // Its default of 32 kept connections would have it open new ones all the time.
  const text = `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  reverse_proxy 127.0.0.1:${nodePort} {
    transport http {
      keepalive_idle_conns_per_host 256
    }
  }
}
`;
  const args = ['run', '--adapter', 'caddyfile', '--config', writeInto(directory, 'Caddyfile', text)];
  const env = { GOMAXPROCS: '1', HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory };
  return { name: 'caddy', command, args, env };
}

function bareRelay({ port, nodePort }: Place, client: 'own' | 'undici'): ProcessSpec {
  const args = [BARE_RELAY, client, String(port), String(nodePort)];
  return { name: `bare-${client}`, command: process.execPath, args };
}

function gateway(
  { directory, port, nodePort }: Place,
  special: { readonly workers?: number; readonly batch?: boolean },
): Peer {
  return {
    spec: gatewaySpec({ directory, config: oneNode({ port, nodePort, ...special }) }),
    path: '/ethereum',
  };
}
