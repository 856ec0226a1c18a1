/** What is measured, in the table's order; a goal is the most that it should cost. */
export interface Figure {
  readonly id: string;
  readonly what: string;
  readonly goal?: number;
  /** Why the goal is missed. A figure above its goal without this fails the test, and so does this without need. */
  readonly missedBecause?: string;
}

const NEW_SLOT =
  'the tally of an offence is a new storage slot, 22,100 gas by itself; only the first watcher of a breach pays it, and every later one stays below the goal';

const KEY_SLOT =
  "the key's authorization is one slot more to read, 2,100 gas; a voucher that the gateway signs itself stays below the goal";

export const FIGURES: readonly Figure[] = [
  { id: 'vault.stakeFirst', what: 'stake for the first time, from an unlimited allowance' },
  { id: 'vault.stakeAgain', what: 'stake again what was approved for it, as `din` does', goal: 50_000 },
  { id: 'vault.stakeUnlimited', what: 'stake again from an unlimited allowance' },
  { id: 'vault.stakeWithPermit', what: 'stake again with a permit' },
  { id: 'vault.thaw', what: 'begin to thaw' },
  { id: 'vault.thawAgain', what: 'thaw more' },
  { id: 'vault.withdraw', what: 'withdraw all that thawed' },
  { id: 'registry.register', what: 'register with the consent of another key as signer' },
  { id: 'registry.addServiceFirst', what: "add a provider's first service", goal: 80_000 },
  { id: 'registry.addServiceNext', what: 'add a service to another network', goal: 80_000 },
  { id: 'registry.updateService', what: "change a service's endpoint" },
  { id: 'registry.pauseService', what: 'pause a service' },
  { id: 'hub.join', what: 'join as a watcher' },
  { id: 'hub.commit', what: 'commit to a report', goal: 50_000 },
  { id: 'hub.revealHealthy', what: 'reveal 1,000 healthy services', goal: 700_000 },
  ...[1, 2, 10, 20].flatMap((count) => [
    { id: `hub.revealFirst${count}`, what: `the same with breaches: ${count}; first watcher` },
    {
      id: `hub.revealQuorum${count}`,
      what: `the same with breaches: ${count}; the watcher that makes the quorum`,
    },
    { id: `hub.revealLater${count}`, what: `the same with breaches: ${count}; a watcher after the quorum` },
  ]),
  {
    ...{
      id: 'hub.breachFirst',
      what: 'each breach more (11th to 20th, on two networks), first watcher',
      goal: 12_000,
    },
    missedBecause: NEW_SLOT,
  },
  { id: 'hub.breachQuorum', what: 'each breach more, the watcher that makes the quorum', goal: 12_000 },
  { id: 'hub.breachLater', what: 'each breach more, a watcher after the quorum', goal: 12_000 },
  { id: 'hub.claimReward', what: 'claim a reward' },
  { id: 'court.openCaseFirst', what: "open a provider's first case", goal: 110_000 },
  { id: 'court.openCaseAgain', what: 'open a case of a provider with a history', goal: 110_000 },
  { id: 'court.appeal', what: 'appeal' },
  { id: 'court.upholdAppeal', what: 'uphold an appeal' },
  { id: 'court.rejectAppeal', what: 'reject an appeal: slash amount and bond, jail' },
  { id: 'court.chargeWatcher', what: 'charge a watcher for an overturned case' },
  { id: 'court.veto', what: 'veto a case' },
  { id: 'court.execute', what: 'execute a case: slash, jail', goal: 110_000 },
  { id: 'court.executeAgain', what: 'execute another case of the provider', goal: 110_000 },
  { id: 'court.proveEquivocation', what: 'prove an equivocation' },
  { id: 'escrow.deposit', what: 'deposit for a gateway again' },
  { id: 'escrow.authorizeSigner', what: 'authorize a key' },
  { id: 'escrow.collectFirst', what: 'collect from a gateway for the first time' },
  { id: 'escrow.collectAgain', what: 'collect again', goal: 65_000 },
  {
    ...{ id: 'escrow.collectByKey', what: 'collect again, signed by an authorized key', goal: 65_000 },
    missedBecause: KEY_SLOT,
  },
  { id: 'escrow.payFees', what: 'pay the fees to the treasury' },
];

/** All that the snapshot holds. */
export interface Measured {
  /** Gas of whole transactions on a real node, by {@link Figure.id}. */
  readonly transactions: Transactions;
  /** Hardhat's figures by `Contract.function`, least and most over the calls of `contracts/test/Gas.t.sol`. */
  readonly functions: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
  /** Size of each contract's code. */
  readonly bytes: Readonly<Record<string, number>>;
}

export type Transactions = Readonly<Record<string, number>>;

/** The most that a contract's code may have (EIP-170). */
export const MAX_CODE_BYTES = 24_576;

/** What is wrong with a measurement: figures missing or unknown, goals missed in silence, excuses without need. */
export function goalProblems(measured: Transactions): string[] {
  const known = new Set(FIGURES.map(({ id }) => id));
  const unknown = Object.keys(measured).filter((id) => !known.has(id));
  const problems = unknown.map((id) => `${id} is measured but not listed`);
  for (const { id, goal, missedBecause } of FIGURES) {
    const gas = measured[id];
    if (gas === undefined) problems.push(`${id} is listed but not measured`);
    else if (goal !== undefined && gas > goal && missedBecause === undefined)
      problems.push(`${id} costs ${gas}, more than its goal of ${goal}`);
    else if (missedBecause !== undefined && (goal === undefined || gas <= goal))
      problems.push(`${id} reaches its goal: take its excuse away`);
  }
  return problems;
}
