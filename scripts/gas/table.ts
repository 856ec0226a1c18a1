import { FIGURES, MAX_CODE_BYTES, type Measured } from './figures.ts';

const BEGIN = '<!-- gas:begin -->';
const END = '<!-- gas:end -->';

/** The figures as Markdown tables, with the reason below where a goal is missed. */
export function gasTable({ transactions, functions, bytes }: Measured): string {
  const misses = FIGURES.filter(({ missedBecause }) => missedBecause !== undefined).map(
    ({ id, missedBecause }) => `- \`${id}\`: ${missedBecause}.`,
  );
  return [
    'Whole transactions, from receipts of a real node (with the calldata floor of EIP-7623):',
    '',
    '| | transaction | gas | goal |',
    '| --- | --- | ---: | ---: |',
    ...FIGURES.map(({ id, what, goal, missedBecause }) => {
      const note = missedBecause === undefined ? '' : ' (missed)';
      return `| \`${id}\` | ${what} | ${digits(transactions[id])} | ${digits(goal)}${note} |`;
    }),
    ...(misses.length > 0 ? ['', 'Goals that are missed, and why:', '', ...misses] : []),
    '',
    "Functions, from Hardhat's statistics over `contracts/test/Gas.t.sol` (least and most; of what contracts ask each",
    'other, the call alone):',
    '',
    '| function | least | most |',
    '| --- | ---: | ---: |',
    ...Object.entries(functions).map(
      ([name, { min, max }]) => `| \`${name}\` | ${digits(min)} | ${digits(max)} |`,
    ),
    '',
    `Size of the code, of at most ${digits(MAX_CODE_BYTES)} bytes (EIP-170):`,
    '',
    '| contract | bytes | room |',
    '| --- | ---: | ---: |',
    ...Object.entries(bytes).map(
      ([name, size]) => `| \`${name}\` | ${digits(size)} | ${digits(MAX_CODE_BYTES - size)} |`,
    ),
  ].join('\n');
}

function digits(value: number | undefined): string {
  return value === undefined ? '–' : value.toLocaleString('en-US');
}

/** The page with the table between its markers; a page without them gets a section at its end. */
export function withTable(page: string, table: string): string {
  const start = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (start < 0 || end < start) return `${page.trimEnd()}\n\n## Gas\n\n${BEGIN}\n${table}\n${END}\n`;
  return `${page.slice(0, start + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}
