import { isIP } from 'node:net';

/** A URL taken apart once, in the form that each request needs. */
export interface Endpoint {
  readonly origin: string;
  readonly path: string;
  /** From credentials in the URL, which some own nodes use. */
  readonly authorization: string | undefined;
  /** Set when the host is a literal address: no DNS lookup will happen. */
  readonly address: string | undefined;
}

/** Undefined for anything but an http or https URL with a host. */
export function parseEndpoint(url: string): Endpoint | undefined {
  const parsed = URL.parse(url);
  if (!parsed || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) return undefined;
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    origin: parsed.origin,
    path: parsed.pathname + parsed.search,
    authorization: parsed.username === '' ? undefined : basic(parsed.username, parsed.password),
    address: isIP(host) === 0 ? undefined : host,
  };
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
