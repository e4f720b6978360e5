/** ln 2 in two parts, of which the first has 32 bits. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * e^x by additions, multiplications and divisions alone, for a decision that must be the same on every machine: Math.exp may differ
 * in its last bit. The relative error is below 1e-14 for |x| <= 700; below that range it gives 0.
 */
export const exp = (x: number): number => {
  if (x < -700) return 0;
  const doublings = Math.round(x / Math.LN2);
  // |rest| <= 0.35 makes 14 terms of the series enough. The product of LN2_HIGH and up to 2^11 doublings is exact, so no digit of a
  // large x is lost (Cody and Waite, 1980).
  const rest = x - doublings * LN2_HIGH - doublings * LN2_LOW;
  let sum = 1;
  for (let term = 14; term >= 1; term--) sum = 1 + (rest * sum) / term;
  for (let step = 0; step < doublings; step++) sum *= 2;
  for (let step = 0; step > doublings; step--) sum /= 2;
  return sum;
};
