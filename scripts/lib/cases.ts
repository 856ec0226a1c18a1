import { type Address, type Hex, zeroAddress } from 'viem';
import { providerRegistryAbi } from '../../router/chain/abi/providerRegistry.ts';
import { slashingCourtAbi } from '../../router/chain/abi/slashingCourt.ts';
import { type CaseState, caseStateOf } from '../../router/chain/caseState.ts';
import { type CaseKey, OFFENCES } from '../../router/chain/commitment.ts';
import { DinError } from '../../router/core/dinError.ts';
import { sinceBlock } from './events.ts';
import type { Session } from './session.ts';
import { dateText } from './time.ts';
import { UsageError } from './usageError.ts';

/** A case as its court sees it now. */
export interface Case {
  readonly id: Hex;
  readonly court: Address;
  /** What acts on the case have to name. */
  readonly key: CaseKey;
  readonly state: CaseState;
  /** Locked at the opening, in the token's smallest unit. */
  readonly amount: bigint;
  /** Unix seconds: until then it may be vetoed, appealed or decided, afterwards executed. */
  readonly executableAt: number;
}

/** The cases that were ever opened, in that order: by every court that the registry has had. */
export async function readCases(
  session: Session,
  filter: { readonly provider?: Address; readonly caseId?: Hex } = {},
): Promise<Case[]> {
  const { client, contracts } = session;
  const courts = await readCourts(session);
  if (courts.length === 0) return [];
  const opened = await sinceBlock(client, contracts.deploymentBlock, (range) =>
    client.getContractEvents({
      address: [...courts],
      abi: slashingCourtAbi,
      eventName: 'CaseOpened',
      args: filter,
      strict: true,
      ...range,
    }),
  );
  return await Promise.all(
    opened.map(async ({ address: court, args }) => {
      const at = { address: court, abi: slashingCourtAbi } as const;
      const found = await client.readContract({ ...at, functionName: 'caseOf', args: [args.caseId] });
      const { epoch, provider, network, offence } = args;
      return {
        id: args.caseId,
        court,
        key: { epoch, provider, network, offence },
        state: caseStateOf(found.state),
        amount: args.amount,
        executableAt: found.executableAt,
      };
    }),
  );
}

/**
 * The case with this id.
 * @throws {@link UsageError} when the text is no id; {@link UnknownCaseError}.
 */
export async function findCase(session: Session, text: string): Promise<Case> {
  if (!/^0x[0-9a-f]{64}$/i.test(text)) throw new UsageError('A case id is 0x and 64 hexadecimal digits');
  const caseId = text.toLowerCase() as Hex;
  const [found] = await readCases(session, { caseId });
  if (found === undefined) throw new UnknownCaseError(caseId);
  return found;
}

/** The court in office; zero address if there is none yet. */
export async function readPresentCourt({ client, contracts }: Session): Promise<Address> {
  return await client.readContract({
    address: contracts.registry,
    abi: providerRegistryAbi,
    functionName: 'court',
  });
}

export function offenceName({ key }: Case): string {
  return OFFENCES[key.offence] ?? String(key.offence);
}

/** Whether the case still holds stake. */
export function isPending({ state }: Case): boolean {
  return state === 'open' || state === 'appealed';
}

/** @throws {@link CaseStateError} unless the case is in one of these states. */
export function requireState(found: Case, ...states: readonly CaseState[]): void {
  if (!states.includes(found.state)) throw new CaseStateError(found, states);
}

/** @throws {@link CaseTooLateError} once the case may be executed. */
export function requireUndecided(found: Case, now: number): void {
  if (now >= found.executableAt) throw new CaseTooLateError(found);
}

/** @throws {@link CaseTooEarlyError} while the case may still be stopped. */
export function requireExecutable(found: Case, now: number): void {
  if (now < found.executableAt) throw new CaseTooEarlyError(found);
}

async function readCourts(session: Session): Promise<readonly Address[]> {
  const { client, contracts } = session;
  const changes = await sinceBlock(client, contracts.deploymentBlock, (range) =>
    client.getContractEvents({
      address: contracts.registry,
      abi: providerRegistryAbi,
      eventName: 'CourtChanged',
      strict: true,
      ...range,
    }),
  );
  return [...new Set(changes.map(({ args }) => args.court))].filter((court) => court !== zeroAddress);
}

export class UnknownCaseError extends DinError {
  readonly code = 'UNKNOWN_CASE';
  constructor(id: Hex) {
    super(
      `No court of this deployment has opened a case ${id}: \`din case list --all\` shows those there are`,
    );
  }
}

export class CaseStateError extends DinError {
  readonly code = 'CASE_STATE';
  constructor({ id, state }: Case, needed: readonly CaseState[]) {
    super(`The case ${id} is ${state}, not ${needed.join(' or ')}`);
  }
}

export class CaseTooLateError extends DinError {
  readonly code = 'CASE_TOO_LATE';
  constructor({ id, executableAt }: Case) {
    super(`The case ${id} could be stopped until ${dateText(executableAt)}; now it can only be executed`);
  }
}

export class CaseTooEarlyError extends DinError {
  readonly code = 'CASE_TOO_EARLY';
  constructor({ id, executableAt }: Case) {
    super(`The case ${id} can be executed from ${dateText(executableAt)}`);
  }
}
