import type { Address } from 'viem';
import { paymentEscrowAbi } from '../../../router/chain/abi/paymentEscrow.ts';
import { loadAddress } from '../../lib/account.ts';
import { addressOf } from '../../lib/address.ts';
import { amountText, formatAmount } from '../../lib/amount.ts';
import type { CliIo } from '../../lib/cliIo.ts';
import { readEscrowAccount, requireEscrow } from '../../lib/escrowState.ts';
import { sinceBlock } from '../../lib/events.ts';
import type { ChainOptions } from '../../lib/options.ts';
import { readPause } from '../../lib/pauseState.ts';
import { chainTime, openSession, type Session } from '../../lib/session.ts';
import { table } from '../../lib/table.ts';
import { dateText } from '../../lib/time.ts';

export interface EscrowStatusOptions extends ChainOptions {
  readonly id?: string | undefined;
  readonly keystore?: string;
}

/** `din escrow status [gateway]` */
export async function status(options: EscrowStatusOptions, io: CliIo): Promise<void> {
  const gateway =
    options.id === undefined ? await loadAddress(options.keystore, io) : addressOf(options.id, 'The gateway');
  const session = await openSession(options, io);
  const { client, contracts, token } = session;
  const escrow = { address: requireEscrow(contracts), abi: paymentEscrowAbi } as const;
  const now = await chainTime(client);
  const [account, feeBps, pausedUntil, signers, collected] = await Promise.all([
    readEscrowAccount(session, gateway),
    client.readContract({ ...escrow, functionName: 'feeBps' }),
    readPause(session, escrow.address, now),
    readSigners(session, gateway),
    readCollected(session, gateway),
  ]);
  const thawing = account.thawing > 0n;
  const facts = [
    ['gateway', gateway],
    ['balance', amountText(account.balance, token)],
    [
      '  thawing',
      amountText(account.thawing, token) +
        (thawing ? `, withdrawable from ${dateText(account.thawEnd)}` : ''),
    ],
    ['fee', `${feeBps / 100} %`],
    ...(pausedUntil === undefined ? [] : [['paused', `until ${dateText(pausedUntil)}: nothing is paid`]]),
    ...signers.map(({ signer, revocableAt }) => [
      'signer',
      revocableAt > 0 ? `${signer}, revocable from ${dateText(revocableAt)}` : signer,
    ]),
  ];
  const rows = collected.map(({ provider, total }) => [provider, amountText(total, token)]);
  session.output.result(
    {
      gateway,
      balance: formatAmount(account.balance, token),
      thawing: formatAmount(account.thawing, token),
      withdrawableAt: thawing ? account.thawEnd : null,
      token: token.symbol,
      feeBps,
      pausedUntil: pausedUntil ?? null,
      signers: signers.map((one) => ({
        signer: one.signer,
        revocableAt: one.revocableAt > 0 ? one.revocableAt : null,
      })),
      collected: collected.map(({ provider, total }) => ({ provider, total: formatAmount(total, token) })),
    },
    [...table(facts), ...(rows.length === 0 ? [] : ['', ...table([['PROVIDER', 'COLLECTED'], ...rows])])],
  );
}

/** The keys that may sign vouchers beside the gateway's own. */
async function readSigners({ client, contracts }: Session, gateway: Address) {
  const escrow = { address: requireEscrow(contracts), abi: paymentEscrowAbi } as const;
  const authorized = await sinceBlock(client, contracts.deploymentBlock, (range) =>
    client.getContractEvents({
      ...escrow,
      eventName: 'SignerAuthorized',
      args: { gateway },
      strict: true,
      ...range,
    }),
  );
  const signers = [...new Set(authorized.map(({ args }) => args.signer))];
  const states = await Promise.all(
    signers.map(async (signer) => ({
      signer,
      ...(await client.readContract({ ...escrow, functionName: 'signerOf', args: [gateway, signer] })),
    })),
  );
  return states.filter((state) => state.authorized);
}

async function readCollected({ client, contracts }: Session, gateway: Address) {
  const collected = await sinceBlock(client, contracts.deploymentBlock, (range) =>
    client.getContractEvents({
      address: requireEscrow(contracts),
      abi: paymentEscrowAbi,
      eventName: 'Collected',
      args: { gateway },
      strict: true,
      ...range,
    }),
  );
  const totals = new Map(collected.map(({ args }) => [args.provider, args.collected]));
  return [...totals].map(([provider, total]) => ({ provider, total }));
}
