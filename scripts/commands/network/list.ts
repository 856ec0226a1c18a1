import { amountText, formatAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { listNetworks } from '../../lib/networks.ts';
import type { ChainOptions } from '../../lib/options.ts';
import { openSession } from '../../lib/session.ts';
import { table } from '../../lib/table.ts';

/** `din network list` */
export async function list(options: ChainOptions, io: CliIo): Promise<void> {
  const session = await openSession(options, io);
  const { token } = session;
  const networks = await listNetworks(session);
  const rows = networks.map(({ slug, caip2, status, minStake, sla }) => [
    slug,
    caip2,
    status,
    amountText(minStake, token),
    `${sla.minAvailabilityBps / 100} %`,
    `${sla.maxP95LatencyMs} ms`,
    String(sla.maxP95BlockLag),
    String(sla.maxMismatches),
  ]);
  const head = ['NETWORK', 'CAIP-2', 'STATUS', 'STAKE', 'AVAILABILITY', 'P95 LATENCY', 'BLOCK LAG', 'WRONG'];
  session.output.result(
    {
      networks: networks.map((network) => ({ ...network, minStake: formatAmount(network.minStake, token) })),
    },
    rows.length === 0 ? ['no networks yet'] : table([head, ...rows]),
  );
}
