import { ln } from "../random/logarithm.js";

/** Least variance that a pivot counts as, so that equal rows do not end in a root of nothing. */
const LEAST = 1e-10;

/** Row `n` of the lower Cholesky factor, from row `n` of the matrix; `lower` has room for it. @returns its pivot */
export const extendFactor = (lower: Float64Array, width: number, n: number, row: Float64Array): number => {
  for (let j = 0; j <= n; j++) {
    let sum = row[j] as number;
    for (let k = 0; k < j; k++) sum -= (lower[n * width + k] as number) * (lower[j * width + k] as number);
    lower[n * width + j] = j === n ? Math.sqrt(Math.max(sum, LEAST)) : sum / (lower[j * width + j] as number);
  }
  return lower[n * width + n] as number;
};

/** L^-1 y, in `solved`. */
export const forward = (lower: Float64Array, width: number, n: number, y: Float64Array, solved: Float64Array): void => {
  for (let i = 0; i < n; i++) {
    let sum = y[i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[i * width + k] as number) * (solved[k] as number);
    solved[i] = sum / (lower[i * width + i] as number);
  }
};

/** L^-T z. */
export const backward = (lower: Float64Array, width: number, n: number, z: Float64Array): Float64Array => {
  const solved = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = z[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (lower[k * width + i] as number) * (solved[k] as number);
    solved[i] = sum / (lower[i * width + i] as number);
  }
  return solved;
};

/** Logarithm of the density of y under N(0, L L^T), but for its constant; `whitened` is L^-1 y. */
export const logDensity = (lower: Float64Array, width: number, n: number, whitened: Float64Array): number => {
  let sum = 0;
  let determinant = 1;
  for (let i = 0; i < n; i++) {
    sum -= ((whitened[i] as number) * (whitened[i] as number)) / 2;
    determinant *= lower[i * width + i] as number;
    // Few logarithms: a product of some pivots stays far from the ends of a double's range.
    if (i % 8 === 7 || i === n - 1) {
      sum -= ln(determinant);
      determinant = 1;
    }
  }
  return sum;
};
