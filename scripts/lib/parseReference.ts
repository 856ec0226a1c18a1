import { InvalidArgumentError } from 'commander';
import { type Caip2, eip155ChainId, isCaip2 } from '../../router/core/caip2.ts';

/** Option parser for `<network>=<url>`, repeated for more networks. */
export function parseReference(
  text: string,
  previous: ReadonlyMap<Caip2, string> = new Map(),
): ReadonlyMap<Caip2, string> {
  const [network = '', ...rest] = text.split('=');
  const url = rest.join('=');
  if (!isCaip2(network) || eip155ChainId(network) === undefined)
    throw new InvalidArgumentError('A network and a URL are needed, as in eip155:1=http://127.0.0.1:8545.');
  if (!/^https?:/i.test(url) || !URL.canParse(url))
    throw new InvalidArgumentError(
      'The own node is asked over HTTP: a URL that begins with http:// or https://.',
    );
  return new Map([...previous, [network, url]]);
}
