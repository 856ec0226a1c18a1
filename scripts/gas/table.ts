import { FIGURES, type Snapshot } from './figures.ts';

const BEGIN = '<!-- gas:begin -->';
const END = '<!-- gas:end -->';

/** The figures as a Markdown table, and below it why a goal is missed. */
export function gasTable(measured: Snapshot): string {
  const number = (value: number | undefined) => (value === undefined ? '–' : value.toLocaleString('en-US'));
  const rows = FIGURES.map(({ id, what, goal, missedBecause }) => {
    const note = missedBecause === undefined ? '' : ' (missed)';
    return `| \`${id}\` | ${what} | ${number(measured[id])} | ${number(goal)}${note} |`;
  });
  const misses = FIGURES.filter(({ missedBecause }) => missedBecause !== undefined).map(
    ({ id, missedBecause }) => `- \`${id}\`: ${missedBecause}.`,
  );
  return [
    '| | whole transaction | gas | goal |',
    '| --- | --- | ---: | ---: |',
    ...rows,
    ...(misses.length > 0 ? ['', 'Goals that are missed, and why:', '', ...misses] : []),
  ].join('\n');
}

/** The page with the table between its markers; a page without them gets a section at its end. */
export function withTable(page: string, table: string): string {
  const start = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (start < 0 || end < start) return `${page.trimEnd()}\n\n## Gas\n\n${BEGIN}\n${table}\n${END}\n`;
  return `${page.slice(0, start + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}
