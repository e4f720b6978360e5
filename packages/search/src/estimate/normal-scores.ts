import { ln } from "../random/logarithm.js";

// Coefficients of Peter Acklam's rational approximation of the normal quantile (2003): relative error below 1.15e-9.
const A = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const B = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
];
const C = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const D = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
const TAIL = 0.02425;

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/** The number that a standard normal variable stays below with probability p, for p in (0, 1). */
export const normalQuantile = (p: number): number => {
  if (p > 1 - TAIL) return -normalQuantile(1 - p);
  if (p < TAIL) {
    const q = Math.sqrt(-2 * ln(p));
    return polynomial(C, q) / polynomial(D, q);
  }
  const q = p - 0.5;
  return (polynomial(A, q * q) * q) / polynomial(B, q * q);
};

/**
 * Normal scores of numbers: each by its rank r of n, counted from 1, becomes the quantile (r - 1/2) / n (Hazen). Equal numbers share
 * the mean of their ranks. The heavy tail of networks that learn nothing does not drown the differences of those that do.
 */
export const normalScores = (numbers: readonly number[]): number[] => {
  const order = numbers.map((_, index) => index).sort((one, other) => (numbers[one] ?? 0) - (numbers[other] ?? 0));
  const scores = numbers.map(() => 0);
  for (let first = 0; first < order.length; ) {
    let after = first;
    while (after < order.length && numbers[order[after] ?? 0] === numbers[order[first] ?? 0]) after++;
    const score = normalQuantile((first + after) / 2 / numbers.length);
    for (; first < after; first++) scores[order[first] ?? 0] = score;
  }
  return scores;
};
