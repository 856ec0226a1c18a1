import { addressOf } from '../../lib/address.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import { isPending, offenceName, readCases } from '../../lib/cases.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { listNetworks } from '../../lib/networks.ts';
import type { ChainOptions } from '../../lib/options.ts';
import { chainTime, openSession } from '../../lib/session.ts';
import { table } from '../../lib/table.ts';
import { dateText } from '../../lib/time.ts';

export interface ListCasesOptions extends ChainOptions {
  readonly all?: boolean;
  readonly provider?: string;
}

/** `din case list` */
export async function list(options: ListCasesOptions, io: CliIo): Promise<void> {
  const provider = options.provider === undefined ? undefined : addressOf(options.provider, '--provider');
  const session = await openSession(options, io);
  const { token } = session;
  const [all, networks, now] = await Promise.all([
    readCases(session, provider && { provider }),
    listNetworks(session),
    chainTime(session.client),
  ]);
  const cases = options.all === true ? all : all.filter(isPending);
  const slugOf = (key: string) => networks.find((network) => network.key === key)?.slug ?? key;
  const data = cases.map((one) => ({
    id: one.id,
    court: one.court,
    provider: one.key.provider,
    network: slugOf(one.key.network),
    epoch: one.key.epoch,
    offence: offenceName(one),
    state: one.state,
    amount: formatAmount(one.amount, token),
    executableAt: one.executableAt,
    executable: isPending(one) && now >= one.executableAt,
  }));
  const rows = cases.map((one) => [
    one.key.provider,
    slugOf(one.key.network),
    offenceName(one),
    String(one.key.epoch),
    amountText(one.amount, token),
    one.state,
    isPending(one) ? dateText(one.executableAt) : '-',
    one.id,
  ]);
  const head = ['PROVIDER', 'NETWORK', 'OFFENCE', 'EPOCH', 'AMOUNT', 'STATE', 'EXECUTABLE FROM', 'ID'];
  const none = options.all === true ? 'no cases yet' : 'no case is open';
  session.output.result({ cases: data }, rows.length === 0 ? [none] : table([head, ...rows]));
}
