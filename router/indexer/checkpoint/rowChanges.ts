import type { ProviderSet } from '../../registry/providerSet.ts';
import { setDifference } from '../../registry/setDifference.ts';
import { networkRow, providerRow, type Row } from './rows.ts';

/** One row before and after; undefined where there is none. */
export interface RowChange {
  readonly before: Row | undefined;
  readonly after: Row | undefined;
}

/** What must be written for `before`'s rows to become `after`'s, in the order of the keys. */
export function rowChanges(before: ProviderSet | undefined, after: ProviderSet): RowChange[] {
  const changes = before === undefined ? allRows(after) : changedRows(before, after);
  // In order, SQLite appends the rows of a first save instead of searching a place for each.
  return changes.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function allRows({ networks, providers }: ProviderSet): RowChange[] {
  const rows = [...Array.from(networks.values(), networkRow), ...Array.from(providers.values(), providerRow)];
  return rows.map((after) => ({ before: undefined, after }));
}

function changedRows(before: ProviderSet, after: ProviderSet): RowChange[] {
  const { networks, providers } = setDifference(before, after);
  return [
    ...Array.from(networks, (key) => changeOf(before.networks.get(key), after.networks.get(key), networkRow)),
    ...Array.from(providers, (id) =>
      changeOf(before.providers.get(id), after.providers.get(id), providerRow),
    ),
  ];
}

function changeOf<T>(before: T | undefined, after: T | undefined, rowOf: (value: T) => Row): RowChange {
  return { before: before && rowOf(before), after: after && rowOf(after) };
}

function keyOf({ before, after }: RowChange): string {
  return (after ?? before)?.key ?? '';
}
