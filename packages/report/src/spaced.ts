/**
 * The positions nearest to `wishes` (least squares) that keep their order and stay `apart[i]` between i and i + 1.
 * Subtracting the distances makes it an isotonic regression, which pooling adjacent violators solves exactly.
 */
export const spaced = (wishes: readonly number[], apart: readonly number[]): number[] => {
  const shift: number[] = [];
  let total = 0;
  for (const [index] of wishes.entries()) {
    if (index > 0) total += apart[index - 1] ?? 0;
    shift.push(total);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [index, wish] of wishes.entries()) {
    pools.push({ sum: wish - (shift[index] ?? 0), count: 1 });
    for (let last = pools.at(-1), before = pools.at(-2); last && before; last = pools.at(-1), before = pools.at(-2)) {
      if (before.sum / before.count <= last.sum / last.count) break;
      pools.splice(-2, 2, { sum: before.sum + last.sum, count: before.count + last.count });
    }
  }
  return pools
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((position, index) => position + (shift[index] ?? 0));
};
