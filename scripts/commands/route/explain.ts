import { loadConfig } from '../../../router/config/load.ts';
import { gatewayConfigSchema } from '../../../router/config/schema.ts';
import { parseListenAddress, reachableUrl } from '../../../router/core/listenAddress.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { createOutput } from '../../lib/output.ts';
import { UsageError } from '../../lib/usageError.ts';
import { askRoute } from '../../route/askRoute.ts';
import { routeLines } from '../../route/routeLines.ts';

export interface ExplainOptions {
  readonly url?: string;
  readonly config?: string;
  readonly session?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `din route explain` */
export async function explain(
  call: {
    readonly network: string;
    readonly method: string;
    readonly params: string | undefined;
    readonly options: ExplainOptions;
  },
  io: CliIo,
): Promise<void> {
  const { network, method, options } = call;
  const params = call.params === undefined ? undefined : paramsOf(call.params);
  const gateway = options.url === undefined ? await configuredUrl(options, io) : urlOf(options.url);
  const page = await askRoute(gateway, {
    ...{ network, method, params, session: options.session },
    all: options.all === true,
  });
  createOutput(io, options.json === true).result(page, routeLines(page));
}

function paramsOf(text: string): string {
  const params = parsed(text);
  if (typeof params !== 'object' || params === null)
    throw new UsageError(`The parameters must be a JSON array or object, e.g. '["0x1b4",false]'`);
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function urlOf(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new UsageError('--url takes the address of a gateway, e.g. http://127.0.0.1:8080');
  return url;
}

async function configuredUrl({ config }: ExplainOptions, io: CliIo): Promise<URL> {
  const { listen } =
    config === undefined
      ? { listen: gatewayConfigSchema.shape.listen.parse(undefined) }
      : await loadConfig(config, io.env);
  const port = parseListenAddress(listen)?.port ?? 0;
  if (port === 0)
    throw new UsageError(
      'The configuration lets the gateway take any free port: give --url, which its log names',
    );
  return new URL(reachableUrl(listen, port));
}
