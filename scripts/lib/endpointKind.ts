/** As the registry tells endpoints apart (contracts/libraries/Endpoint.sol). */
export type EndpointKind = 'public' | 'private' | 'invalid';

const CHARACTERS = /^[!$-;=?-[\]_a-z~]{1,256}$/;
const PARTS = /^(https?|wss?):\/\/([^/?]+)/;
const PUBLIC_NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63})(?::(\d{1,5}))?$/i;
const HOST = /^[a-z0-9._[\]-][a-z0-9._:[\]-]*$/i;
const MAX_NAME_LENGTH = 253;
const PRIVATE_SUFFIXES = new Set(
  'localhost local localdomain internal intranet private corp home lan test example invalid onion alt arpa'.split(
    ' ',
  ),
);

/** `public`: an https or wss URL with a DNS name that could be public; nothing is resolved. */
export function endpointKind(url: string): EndpointKind {
  const [, scheme = '', authority = ''] = (CHARACTERS.test(url) && PARTS.exec(url)) || [];
  if (authority === '') return 'invalid';
  const secure = scheme === 'https' || scheme === 'wss';
  if (secure && isPublicAuthority(authority)) return 'public';
  return HOST.test(authority) ? 'private' : 'invalid';
}

function isPublicAuthority(authority: string): boolean {
  const match = PUBLIC_NAME.exec(authority);
  if (!match) return false;
  const [, suffix = '', port] = match;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false;
  const nameLength = authority.length - (port === undefined ? 0 : port.length + 1);
  return nameLength <= MAX_NAME_LENGTH && !PRIVATE_SUFFIXES.has(suffix.toLowerCase());
}
