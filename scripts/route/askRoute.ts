import { Agent, request } from 'undici';
import { nearest } from '../../router/config/nearest.ts';
import { DinError } from '../../router/core/dinError.ts';
import { safeText } from '../lib/safeText.ts';
import { UsageError } from '../lib/usageError.ts';
import { ROUTE_ERROR, ROUTE_PAGE, type RoutePage } from './routePageSchema.ts';

export interface RouteCall {
  readonly network: string;
  readonly method: string;
  /** JSON. */
  readonly params: string | undefined;
  readonly session: string | undefined;
  /** With all services. */
  readonly all: boolean;
}

const TIMEOUT_MS = 10_000;
// A hundred thousand services, and nothing endless.
const MAX_ANSWER_BYTES = 64 * 1_048_576;
// So many letters fit into a request's head, with all else.
const MAX_QUERY_LENGTH = 12_000;
const SHOWN_NETWORKS = 20;

/**
 * Asks a running gateway who would answer a call.
 * @throws {@link GatewayUnreachableError} {@link NotAGatewayError} {@link UnknownRouteNetworkError} `UsageError`
 */
export async function askRoute(gateway: URL, call: RouteCall): Promise<RoutePage> {
  const { status, text } = await get(gateway, pageUrl(gateway, call));
  const answer = parsed(text);
  if (status === 200) {
    const page = ROUTE_PAGE.safeParse(answer);
    if (page.success) return page.data;
  }
  const refusal = ROUTE_ERROR.safeParse(answer);
  if (refusal.success && refusal.data.code === 'UNKNOWN_NETWORK')
    throw new UnknownRouteNetworkError(call.network, refusal.data.networks ?? []);
  if (refusal.success && refusal.data.code === 'BAD_QUESTION')
    throw new UsageError(safeText(refusal.data.error));
  throw new NotAGatewayError(gateway, status);
}

function pageUrl(gateway: URL, { network, method, params, session, all }: RouteCall): URL {
  // Beside whatever path leads to the gateway.
  const url = new URL('status/route', gateway.href.replace(/\/*$/, '/'));
  url.search = new URLSearchParams({
    network,
    method,
    ...(params !== undefined && { params }),
    ...(session !== undefined && { session }),
    ...(all && { all: '1' }),
  }).toString();
  if (url.search.length > MAX_QUERY_LENGTH)
    throw new UsageError(
      'The parameters are too long for this question: shorten their data, for only the block that they name matters',
    );
  return url;
}

async function get(gateway: URL, url: URL): Promise<{ status: number; text: string }> {
  const dispatcher = new Agent({
    connectTimeout: TIMEOUT_MS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
  });
  try {
    const { statusCode, body } = await request(url, { dispatcher });
    return { status: statusCode, text: await body.text() };
  } catch (cause) {
    throw new GatewayUnreachableError(gateway, cause);
  } finally {
    await dispatcher.destroy();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Nobody answers there, or not in time. */
export class GatewayUnreachableError extends DinError {
  readonly code = 'GATEWAY_UNREACHABLE';
  constructor(gateway: URL, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? ` (${safeText(String(cause.code), 40)})` : '';
    super(
      `No gateway answers at ${gateway.origin}${code}. Is it running? \`din gateway\` starts one; --url or --config say where it is.`,
      { cause },
    );
  }
}

/** Something answers, but not as a gateway of this version does. */
export class NotAGatewayError extends DinError {
  readonly code = 'NOT_A_GATEWAY';
  constructor(gateway: URL, status: number) {
    super(
      `What answers at ${gateway.origin} (HTTP ${status}) does not know this question: no gateway, or an older one. --url or --config say where it is.`,
    );
  }
}

export class UnknownRouteNetworkError extends DinError {
  readonly code = 'UNKNOWN_NETWORK';
  constructor(asked: string, networks: readonly string[]) {
    const near = nearest(asked, networks);
    const known = networks.slice(0, SHOWN_NETWORKS).map((slug) => safeText(slug, 60));
    const more = networks.length > known.length ? ` and ${networks.length - known.length} more` : '';
    super(
      `The gateway has no network "${safeText(asked, 60)}"${near === undefined ? '' : `; did you mean ${safeText(near, 60)}?`} It has ${known.join(', ') || 'none yet'}${more}`,
    );
  }
}
