import { serviceEpoch } from '../../../router/gateway/serviceEpoch.ts';
import { type NetworkKey, serviceKey } from '../../../router/registry/providerSet.ts';
import { NEUTRAL_SCORE } from '../../../router/registry/scores.ts';
import { loadAddress } from '../../lib/account.ts';
import { addressOf } from '../../lib/address.ts';
import { amountText, formatAmount, type TokenUnit } from '../../lib/amount.ts';
import { type Case, isPending, offenceName } from '../../lib/cases.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import type { Network } from '../../lib/networks.ts';
import type { ChainOptions } from '../../lib/options.ts';
import { type ProviderReport, readProviderReport } from '../../lib/providerReport.ts';
import { activeStake } from '../../lib/providerState.ts';
import { safeText } from '../../lib/safeText.ts';
import { openSession } from '../../lib/session.ts';
import { table } from '../../lib/table.ts';
import { dateText } from '../../lib/time.ts';
import { WORD_HEAD, wordRows } from '../../lib/wordLines.ts';

export interface StatusOptions extends ChainOptions {
  readonly id?: string | undefined;
  readonly keystore?: string;
}

/** `din provider status [id]` */
export async function status(options: StatusOptions, io: CliIo): Promise<void> {
  const id =
    options.id === undefined
      ? await loadAddress(options.keystore, io)
      : addressOf(options.id, 'The provider');
  const session = await openSession(options, io);
  const found = await readProviderReport(session, id);
  session.output.result(toData(found, session.token), toLines(found, session.token));
}

function toData(found: ProviderReport, unit: TokenUnit): Record<string, unknown> {
  const { provider, services, cases } = found;
  const { bond } = provider;
  return {
    provider: provider.id,
    registered: provider.signer !== undefined,
    signer: provider.signer ?? null,
    metadata: found.metadata,
    jailedUntil: provider.jailedUntil > found.now ? provider.jailedUntil : null,
    stake: {
      token: unit.symbol,
      tokens: formatAmount(bond.tokens, unit),
      active: formatAmount(activeStake(bond), unit),
      required: formatAmount(provider.requiredStake, unit),
      thawing: formatAmount(bond.thawing, unit),
      withdrawableAt: bond.thawing > 0n ? bond.thawEnd : null,
      locked: formatAmount(bond.locked, unit),
      lockedByRetiredCourt: formatAmount(bond.retiredLocked, unit),
      pausedUntil: found.pausedUntil ?? null,
    },
    services: services.map(({ network, service, url, capabilities, active, reason }) => ({
      network: network.caip2,
      slug: network.slug,
      serviceId: service.id,
      url,
      capabilities,
      status: service.status,
      active,
      reason: reason ?? null,
      ...wordsOf(found, service.id, network),
    })),
    openCases: cases.filter(isPending).map((one) => caseData(found, one, unit)),
    overturnedCases: cases.filter(isOverturned).map((one) => caseData(found, one, unit)),
  };
}

function caseData(found: ProviderReport, one: Case, unit: TokenUnit): Record<string, unknown> {
  return {
    id: one.id,
    network: networkName(found, one),
    epoch: one.key.epoch,
    offence: offenceName(one),
    state: one.state,
    amount: formatAmount(one.amount, unit),
    ...(isPending(one) && {
      vetoUntil: one.executableAt,
      appealUntil: one.state === 'open' ? one.executableAt : null,
      decisionUntil: one.state === 'appealed' ? one.executableAt : null,
    }),
    executableAt: one.executableAt,
  };
}

/** As gateways weigh it: see `docs/gateway.md`, What watchers say. */
function wordsOf({ provider, words }: ProviderReport, id: number, { key: network, sla }: Network) {
  const key = serviceKey(provider.id, network as NetworkKey);
  const epochs = words.epochs.map((epoch) => serviceEpoch(epoch, { id, key }, sla));
  return {
    score: words.scores.get(key) ?? NEUTRAL_SCORE,
    epochs: epochs.filter(({ said }) => said.length > 0),
  };
}

function networkName({ networks }: ProviderReport, { key }: Case): string {
  return networks.find((network) => network.key === key.network)?.slug ?? key.network;
}

function isOverturned({ state }: Case): boolean {
  return state === 'overturned';
}

function toLines(found: ProviderReport, unit: TokenUnit): string[] {
  const { provider, services, now } = found;
  const { bond, signer } = provider;
  const facts = [
    ['provider', provider.id],
    ['signer', signer === undefined ? 'not registered' : signer === provider.id ? 'the same' : signer],
    ['metadata', safeText(found.metadata) || '-'],
    ['stake', amountText(bond.tokens, unit)],
    ['  counts', amountText(activeStake(bond), unit)],
    ['  required', amountText(provider.requiredStake, unit)],
    [
      '  thawing',
      bond.thawing > 0n
        ? `${amountText(bond.thawing, unit)}, withdrawable from ${dateText(bond.thawEnd)}`
        : amountText(0n, unit),
    ],
    ['  locked', amountText(bond.locked, unit)],
    ...(bond.retiredLocked > 0n ? [['    by a court that was replaced', retiredText(found, unit)]] : []),
    ...(found.pausedUntil === undefined
      ? []
      : [['paused', `until ${dateText(found.pausedUntil)}: nothing can be withdrawn or slashed`]]),
    ['jail', provider.jailedUntil > now ? `until ${dateText(provider.jailedUntil)}` : 'no'],
  ];
  const lines = [...table(facts), ''];
  if (services.length === 0) lines.push('no services');
  else {
    const rows = services.map(({ network, url, capabilities, service, active, reason }) => [
      network.slug,
      service.status,
      active ? 'yes' : `no: ${reason}`,
      capabilities.join(',') || '-',
      safeText(url, 80),
    ]);
    lines.push(...table([['NETWORK', 'STATUS', 'ACTIVE', 'CAPABILITIES', 'URL'], ...rows]));
  }
  const shown = found.cases.filter((one) => isPending(one) || isOverturned(one));
  if (shown.length > 0) {
    const rows = shown.map((one) => [
      networkName(found, one),
      offenceName(one),
      String(one.key.epoch),
      amountText(one.amount, unit),
      one.state,
      one.state === 'open' ? dateText(one.executableAt) : '-',
      isPending(one) ? dateText(one.executableAt) : '-',
      one.id,
    ]);
    const head = [
      'CASE',
      'OFFENCE',
      'EPOCH',
      'AMOUNT',
      'STATE',
      'APPEAL UNTIL',
      'VETO UNTIL, THEN DUE',
      'ID',
    ];
    lines.push('', ...table([head, ...rows]));
  }
  for (const { network, service } of services) {
    const { score, epochs } = wordsOf(found, service.id, network);
    if (epochs.length === 0) continue;
    lines.push('', `${network.slug}: score ${score}`, ...table([WORD_HEAD, ...epochs.flatMap(wordRows)]));
  }
  return lines;
}

function retiredText({ provider, now, retiredCourtUntil }: ProviderReport, unit: TokenUnit): string {
  const amount = amountText(provider.bond.retiredLocked, unit);
  return now < retiredCourtUntil
    ? `${amount}, settled by it until ${dateText(retiredCourtUntil)}`
    : `${amount}: \`din provider release-retired\` frees them`;
}
