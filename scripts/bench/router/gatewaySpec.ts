import { join } from 'node:path';
import type { GatewayConfigInput } from '../../../router/config/schema.ts';
import type { ProcessSpec } from '../../devnet/processes.ts';
import { writeInto } from './writeInto.ts';

export interface GatewaySpecArgs {
  /** For its configuration. */
  readonly directory: string;
  readonly config: GatewayConfigInput;
  readonly nodeFlags?: readonly string[];
}

const DIN = join(import.meta.dirname, '../../din.js');

/** `din gateway` as an operator starts it. */
export function gatewaySpec({ directory, config, nodeFlags = [] }: GatewaySpecArgs): ProcessSpec {
  const file = writeInto(directory, 'gateway.yaml', JSON.stringify(config));
  const args = [...nodeFlags, DIN, 'gateway', '--config', file];
  return { name: 'gateway', command: process.execPath, args };
}

/** One network with one own node. */
export function oneNode({
  port,
  nodePort,
  workers = 1,
  batch = false,
}: {
  readonly port: number;
  readonly nodePort: number;
  readonly workers?: number;
  readonly batch?: boolean;
}): GatewayConfigInput {
  const upstream = { name: 'node', url: `http://127.0.0.1:${nodePort}`, batch };
  return {
    listen: `127.0.0.1:${port}`,
    workers,
    networks: [{ id: 'eip155:1', slug: 'ethereum', upstreams: [upstream] }],
  };
}
