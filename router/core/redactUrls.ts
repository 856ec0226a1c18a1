// Up to white space, quotes or brackets: what surrounds a URL in a message or in JSON.
const URL_IN_TEXT = /\b([a-z][a-z0-9+.-]*):\/\/[^\s"'`<>{}|\\^()]+/gi;

/**
 * The text with all URLs cut to what cannot be a secret: scheme, host and port. Keys stand in the user part, in the
 * path (`/v3/<key>`) and in the query, and no one can tell them from other words: all three are masked.
 */
export function redactUrls(text: string): string {
  return text.replace(URL_IN_TEXT, redactUrl);
}

function redactUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return '***';
  const user = url.username || url.password ? '***@' : '';
  const rest = url.pathname.length > 1 || url.search || url.hash ? '/***' : '';
  return `${url.protocol}//${user}${url.host}${rest}`;
}
