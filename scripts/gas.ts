/**
 * `npm run gas`: measures on a real node what the contracts cost, writes `gas-snapshot.json` and the tables in
 * `docs/contracts.md`. `npm test` checks both, so a change of the contracts that changes a figure shows in its diff.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { goalProblems } from './gas/figures.ts';
import { hardhatStats } from './gas/hardhatStats.ts';
import { measureTransactions } from './gas/measure.ts';
import { DOCS_PATH, readSnapshot, SNAPSHOT_PATH, snapshotText } from './gas/snapshot.ts';
import { gasTable, withTable } from './gas/table.ts';

const before: Readonly<Record<string, number>> = await readSnapshot().then(
  ({ transactions }) => transactions,
  () => ({}),
);
// Hardhat first: it compiles what has changed.
const stats = await hardhatStats();
const transactions = await measureTransactions();
await writeFile(SNAPSHOT_PATH, snapshotText({ transactions, ...stats }));
// In the snapshot's order.
const table = gasTable(await readSnapshot());
await writeFile(DOCS_PATH, withTable(await readFile(DOCS_PATH, 'utf8'), table));

for (const [id, gas] of Object.entries(transactions)) {
  if (before[id] !== gas) console.log(`${id}: ${before[id] ?? 'new'} → ${gas}`);
}
for (const problem of goalProblems(transactions)) {
  console.error(problem);
  process.exitCode = 1;
}
