/** Where a server listens. Port 0 takes a free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port` (`127.0.0.1:8080`, `[::1]:8080`, `localhost:0`); undefined when it is none. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([a-zA-Z0-9.-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host !== undefined && port <= 65_535 ? { host, port } : undefined;
}

/** Where a server that listens there answers. A wildcard address is reached by the loopback one. */
export function reachableUrl(address: string, port: number): string {
  const host = address.slice(0, address.lastIndexOf(':'));
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '[::]' ? '[::1]' : host;
  return `http://${reachable}:${port}`;
}
