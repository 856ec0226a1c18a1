import type { Address } from 'viem';
import { DinError } from '../../router/core/dinError.ts';
import { amountText, formatAmount, type TokenUnit } from './amount.ts';
import type { Network } from './networks.ts';
import { activeStake, type Bond, type ProviderState, type ServiceState } from './providerState.ts';

const MAX_METADATA_BYTES = 1_024;

/** @throws {@link NotRegisteredError} */
export function requireRegistered(provider: ProviderState): void {
  if (provider.signer === undefined) throw new NotRegisteredError(provider.id);
}

/** @throws {@link AlreadyRegisteredError} */
export function requireNotRegistered(provider: ProviderState): void {
  if (provider.signer !== undefined) throw new AlreadyRegisteredError(provider.id);
}

/** @throws {@link SignerTakenError} when the signer is bound to another provider than this. */
export function requireSignerFree(
  signer: Address,
  owner: Address | undefined,
  provider: Address | undefined,
): void {
  if (owner !== undefined && owner !== provider) throw new SignerTakenError(signer, owner);
}

/** @throws {@link SignerTakenError} when the account that is to sign is a provider itself. */
export function requireNoProvider(account: ProviderState): void {
  if (account.signer !== undefined) throw new SignerTakenError(account.id, account.id);
}

/** @throws {@link MetadataTooLongError} */
export function requireMetadata(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_METADATA_BYTES) throw new MetadataTooLongError(bytes);
}

/**
 * The stake that counts must cover all offered services, `added` included.
 * @throws {@link InsufficientStakeError} with the command that mends it.
 */
export function requireStake(provider: ProviderState, added: bigint, unit: TokenUnit): void {
  const available = activeStake(provider.bond);
  const required = provider.requiredStake + added;
  if (available < required) throw new InsufficientStakeError(provider.bond, required, unit);
}

/** @throws {@link ServiceExistsError} */
export function requireNoService(service: ServiceState, network: Network): void {
  if (service.status === 'live' || service.status === 'paused') throw new ServiceExistsError(network);
}

/** @throws {@link ServiceNotFoundError}, {@link ServiceNotLiveError}, {@link ServiceNotPausedError} */
export function requireService(
  service: ServiceState,
  network: Network,
  needed: 'offered' | 'live' | 'paused',
): void {
  if (service.status === 'none' || service.status === 'removed') throw new ServiceNotFoundError(network);
  if (needed === 'live' && service.status !== 'live') throw new ServiceNotLiveError(network);
  if (needed === 'paused' && service.status !== 'paused') throw new ServiceNotPausedError(network);
}

export class NotRegisteredError extends DinError {
  readonly code = 'NOT_REGISTERED';
  constructor(account: Address) {
    super(`${account} is no registered provider: run \`din provider register\` first`);
  }
}

export class AlreadyRegisteredError extends DinError {
  readonly code = 'ALREADY_REGISTERED';
  constructor(account: Address) {
    super(
      `${account} is registered already; \`din provider set-metadata\` and \`rotate-signer\` change what it said`,
    );
  }
}

export class SignerTakenError extends DinError {
  readonly code = 'SIGNER_TAKEN';
  constructor(signer: Address, owner: Address) {
    super(`The signer ${signer} is bound to the provider ${owner} for ever: use another key`);
  }
}

export class MetadataTooLongError extends DinError {
  readonly code = 'METADATA_TOO_LONG';
  constructor(bytes: number) {
    super(
      `The metadata has ${bytes} bytes, at most ${MAX_METADATA_BYTES} are possible: publish it and give a link`,
    );
  }
}

export class InsufficientStakeError extends DinError {
  readonly code = 'INSUFFICIENT_STAKE';
  constructor(bond: Bond, required: bigint, unit: TokenUnit) {
    const missing = required - activeStake(bond);
    const thawing = bond.thawing > 0n ? ` (${amountText(bond.thawing, unit)} thaw and do not count)` : '';
    super(
      `${amountText(required, unit)} of stake are needed for all services, ` +
        `${amountText(activeStake(bond), unit)} count${thawing}: run ` +
        `\`din provider stake --amount ${formatAmount(missing, unit)}\` first`,
    );
  }
}

export class ServiceExistsError extends DinError {
  readonly code = 'SERVICE_EXISTS';
  constructor({ slug }: Network) {
    super(
      `There is a service on ${slug} already, and only one is possible: \`din provider update-service\` changes it`,
    );
  }
}

export class ServiceNotFoundError extends DinError {
  readonly code = 'SERVICE_NOT_FOUND';
  constructor({ slug }: Network) {
    super(`There is no service on ${slug}: \`din provider add-service\` offers one`);
  }
}

export class ServiceNotLiveError extends DinError {
  readonly code = 'SERVICE_NOT_LIVE';
  constructor({ slug }: Network) {
    super(`The service on ${slug} is paused already`);
  }
}

export class ServiceNotPausedError extends DinError {
  readonly code = 'SERVICE_NOT_PAUSED';
  constructor({ slug }: Network) {
    super(`The service on ${slug} is not paused`);
  }
}
