import { isIP } from 'node:net';
import { isPublicAddress } from './addressGuard.ts';
import type { Origin } from './http/transport.ts';
import type { UpstreamTarget } from './outcome.ts';

/** A target taken apart once, in the form that each request needs. */
export interface Endpoint {
  readonly origin: Origin;
  /** All of a request's head but the value of content-length, which ends it. */
  readonly requestHead: string;
}

/** `malformed` for anything but an http or https URL with a host. */
export function parseEndpoint(target: UpstreamTarget): Endpoint | 'malformed' | 'private-address' {
  const url = URL.parse(target.url);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return 'malformed';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const guarded = !target.allowPrivate;
  // For a literal address there will be no lookup that checks it.
  if (guarded && isIP(host) !== 0 && !isPublicAddress(host)) return 'private-address';
  const secure = url.protocol === 'https:';
  const port = Number(url.port || (secure ? 443 : 80));
  return {
    // A connection that was opened without the guard never serves a call that needs it, and one service that hangs never
    // holds the connections of another at the same host.
    origin: { key: `${guarded ? 'guarded' : 'open'} ${url.href}`, guarded, secure, host, port },
    requestHead: requestHead(url),
  };
}

function requestHead(url: URL): string {
  const lines = [
    `POST ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    'connection: keep-alive',
    'content-type: application/json',
    'accept: application/json',
    // No decompression, no bomb.
    'accept-encoding: identity',
    'user-agent: din',
  ];
  if (url.username !== '') lines.push(`authorization: ${basic(url.username, url.password)}`);
  return `${lines.join('\r\n')}\r\ncontent-length: `;
}

/** @param body Each byte one latin1 character. */
export function requestBytes(endpoint: Endpoint, body: string): string {
  return `${endpoint.requestHead}${body.length}\r\n\r\n${body}`;
}

function basic(username: string, password: string): string {
  const decoded = [username, password].map(decodeLoosely).join(':');
  return `Basic ${Buffer.from(decoded).toString('base64')}`;
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
