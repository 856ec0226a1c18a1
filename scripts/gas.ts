/**
 * `npm run gas`: measures on a real node what the contracts cost, writes `gas-snapshot.json` and the table in
 * `docs/contracts.md`. `npm test` checks both, so a change of the contracts that changes a figure shows in its diff.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { ensureArtifacts } from '../ignition/lib/artifacts.ts';
import { goalProblems } from './gas/figures.ts';
import { measureGas } from './gas/measure.ts';
import { DOCS_PATH, readSnapshot, SNAPSHOT_PATH, snapshotText } from './gas/snapshot.ts';
import { gasTable, withTable } from './gas/table.ts';

await ensureArtifacts((line) => console.error(line));
const before = await readSnapshot().catch(() => ({}));
const measured = await measureGas();
await writeFile(SNAPSHOT_PATH, snapshotText(measured));
await writeFile(DOCS_PATH, withTable(await readFile(DOCS_PATH, 'utf8'), gasTable(measured)));

for (const [id, gas] of Object.entries(measured)) {
  const old = Object.entries(before).find(([known]) => known === id)?.[1];
  if (old !== gas) console.log(`${id}: ${old ?? 'new'} → ${gas}`);
}
for (const problem of goalProblems(measured)) {
  console.error(problem);
  process.exitCode = 1;
}
