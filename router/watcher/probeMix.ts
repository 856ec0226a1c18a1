import type { Random } from '../core/clock.ts';
import type { RawJson } from '../core/rawJson.ts';
import type { UpstreamCall } from '../upstream/outcome.ts';

/** What a well-formed answer says. */
export interface ProbeReading {
  readonly head?: number;
  readonly chainId?: number;
}

/** A question that any node of the network can answer, and how to read the answer. */
export interface ProbeQuestion {
  readonly call: UpstreamCall;
  /** Undefined when the answer is not what the method returns. */
  read(result: RawJson): ProbeReading | undefined;
}

interface Weighted extends ProbeQuestion {
  readonly weight: number;
}

/**
 * What wallets and dapps ask most, so that a probe looks like a user's call. Heads weigh most: block lag needs
 * several of them an epoch.
 */
const EVM_MIX: readonly Weighted[] = [
  {
    weight: 4,
    call: { method: 'eth_blockNumber', params: raw([]) },
    read: (result) => headOf(parse(result)),
  },
  {
    weight: 2,
    call: { method: 'eth_getBlockByNumber', params: raw(['latest', false]) },
    read: (result) => headOf(field(parse(result), 'number')),
  },
  {
    weight: 2,
    call: { method: 'eth_chainId', params: raw([]) },
    read: (result) => defined('chainId', quantity(parse(result))),
  },
  {
    weight: 1,
    call: { method: 'eth_gasPrice', params: raw([]) },
    read: (result) => anyQuantity(parse(result)),
  },
  {
    weight: 1,
    call: {
      method: 'eth_getBalance',
      params: raw(['0x0000000000000000000000000000000000000000', 'latest']),
    },
    read: (result) => anyQuantity(parse(result)),
  },
];

const TOTAL_WEIGHT = EVM_MIX.reduce((sum, { weight }) => sum + weight, 0);

/** A question at random from the mix. */
export function drawProbe(random: Random): ProbeQuestion {
  let left = random() * TOTAL_WEIGHT;
  for (const question of EVM_MIX) {
    left -= question.weight;
    if (left < 0) return question;
  }
  throw new RangeError('random() must lie in [0, 1)');
}

function raw(value: unknown): RawJson {
  return JSON.stringify(value) as RawJson;
}

/** Answers come from strangers: text that is no JSON, or not of the right shape, reads as undefined. */
function parse(result: RawJson): unknown {
  try {
    return JSON.parse(result);
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}

// Nodes are not all strict about leading zeros: no reason to call an answer malformed.
const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/;

function quantity(value: unknown): number | undefined {
  if (typeof value !== 'string' || !QUANTITY.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function headOf(value: unknown): ProbeReading | undefined {
  return defined('head', quantity(value));
}

/** Amounts in wei are beyond safe integers: only the shape counts. */
function anyQuantity(value: unknown): ProbeReading | undefined {
  return typeof value === 'string' && QUANTITY.test(value) ? {} : undefined;
}

function defined(name: 'head' | 'chainId', value: number | undefined): ProbeReading | undefined {
  return value === undefined ? undefined : { [name]: value };
}
