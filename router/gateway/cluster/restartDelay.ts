const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
// One that has served so long did not die of its start.
const STEADY_MS = 60_000;

/**
 * When a dead worker is replaced: at once after one death, later the more of them follow each other.
 * @param deaths in a row before this one
 */
export function restartDelay(deaths: number, servedMs: number): { delayMs: number; deaths: number } {
  const inARow = servedMs >= STEADY_MS ? 0 : deaths;
  const delayMs = inARow === 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (inARow - 1), LONGEST_DELAY_MS);
  return { delayMs, deaths: inARow + 1 };
}
