/**
 * e^x by additions, multiplications and divisions alone, for a decision that must be the same on every machine: Math.exp may differ
 * in its last bit. The relative error is below 1e-14 for |x| <= 700; below that range it gives 0.
 */
export const exp = (x: number): number => {
  if (x < -700) return 0;
  const doublings = Math.round(x / Math.LN2);
  // |rest| <= 0.35 makes 14 terms of the series enough.
  const rest = x - doublings * Math.LN2;
  let sum = 1;
  for (let term = 14; term >= 1; term--) sum = 1 + (rest * sum) / term;
  for (let step = 0; step < doublings; step++) sum *= 2;
  for (let step = 0; step > doublings; step--) sum /= 2;
  return sum;
};
