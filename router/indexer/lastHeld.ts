/**
 * Of places 0 to `count` − 1, of which those up to some place hold and those after it do not, the last that holds; −1
 * when none does. Asks twice the logarithm of the distance from the end: most often, one of the last is it.
 */
export async function lastHeld(count: number, holds: (place: number) => Promise<boolean>): Promise<number> {
  if (count === 0) return -1;
  let gone = count;
  let held = count - 1;
  for (let stride = 1; !(await holds(held)); stride *= 2) {
    gone = held;
    if (gone === 0) return -1;
    held = Math.max(0, gone - stride);
  }
  while (gone - held > 1) {
    const middle = (held + gone) >> 1;
    if (await holds(middle)) held = middle;
    else gone = middle;
  }
  return held;
}
