/**
 * Natural logarithm of x > 0 by additions, multiplications and divisions alone. Math.log may differ in its last bit from
 * machine to machine, and a random weight that follows from it would too. The error is below 1e-15 * max(1, |ln x|).
 */
export const ln = (x: number): number => {
  let mantissa = x;
  let exponent = 0;
  // Doubling and halving are exact.
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2;
  for (; mantissa > Math.SQRT2; exponent++) mantissa /= 2;
  // ln m = 2 atanh((m - 1) / (m + 1)), and |y| <= 0.172 makes 12 terms enough.
  const y = (mantissa - 1) / (mantissa + 1);
  const square = y * y;
  let sum = 0;
  for (let power = 23; power >= 1; power -= 2) sum = sum * square + 1 / power;
  return 2 * y * sum + exponent * Math.LN2;
};
