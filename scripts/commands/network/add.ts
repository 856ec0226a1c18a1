import { keccak256, stringToBytes } from 'viem';
import { providerRegistryAbi } from '../../../router/chain/abi/providerRegistry.ts';
import { isCaip2 } from '../../../router/core/caip2.ts';
import { DinError } from '../../../router/core/dinError.ts';
import { isNetworkSlug, RESERVED_SLUGS } from '../../../router/core/networkSlug.ts';
import { formatAmount, parseAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { listNetworks } from '../../lib/networks.ts';
import type { SigningOptions } from '../../lib/options.ts';
import { passed, perform, report } from '../../lib/perform.ts';
import { planGoverned } from '../../lib/planGoverned.ts';
import { openSigningSession } from '../../lib/session.ts';
import { UsageError } from '../../lib/usageError.ts';

export interface AddNetworkOptions extends SigningOptions {
  readonly id: string;
  readonly slug: string;
  readonly minStake: string;
  readonly minAvailabilityBps: number;
  readonly maxLatencyMs: number;
  readonly maxBlockLag: number;
  readonly maxMismatches: number;
  readonly minSamples: number;
}

/** `din network add` */
export async function add(options: AddNetworkOptions, io: CliIo): Promise<void> {
  const { id: caip2, slug } = options;
  if (!isCaip2(caip2)) throw new UsageError(`"${caip2}" is no CAIP-2 id such as eip155:59144`);
  if (!isNetworkSlug(slug)) {
    throw new UsageError(
      `"${slug}" is no slug: a to z, 0 to 9 and -, a letter first, at most 32, none of ${RESERVED_SLUGS.join(', ')}`,
    );
  }
  const session = await openSigningSession(options, io);
  const minStake = parseAmount(options.minStake, session.token);
  if (session.check) {
    const networks = await listNetworks(session);
    const taken = networks.find((network) => network.caip2 === caip2 || network.slug === slug);
    if (taken !== undefined) throw new NetworkExistsError(taken.caip2, taken.slug);
    passed(session, `neither ${caip2} nor ${slug} is taken`);
  }
  const sla = {
    minAvailabilityBps: options.minAvailabilityBps,
    maxP95LatencyMs: options.maxLatencyMs,
    maxP95BlockLag: options.maxBlockLag,
    maxMismatches: options.maxMismatches,
    minSamples: options.minSamples,
  };
  const { call, announces, delaySeconds } = await planGoverned(session, 'ProviderRegistry', {
    address: session.contracts.registry,
    abi: providerRegistryAbi,
    functionName: 'addNetwork',
    args: [caip2, slug, { minStake, sla }],
  });
  const transactions = await perform(session, [call]);
  const key = keccak256(stringToBytes(caip2));
  const data = {
    network: caip2,
    slug,
    key,
    minStake: formatAmount(minStake, session.token),
    announced: announces,
  };
  report(session, transactions, data, [
    announces
      ? `announced ${slug} (${caip2}): run this again in ${delaySeconds} s to carry it out`
      : `added ${slug} (${caip2})`,
  ]);
}

export class NetworkExistsError extends DinError {
  readonly code = 'NETWORK_EXISTS';
  constructor(caip2: string, slug: string) {
    super(`There is ${slug} (${caip2}) already, and neither the id nor the slug can be used twice`);
  }
}
