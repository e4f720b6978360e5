/** Square root of the sum of squares of all values of all gradients. */
export const globalNorm = (gradients: Iterable<Float32Array>): number => {
  let squares = 0;
  for (const gradient of gradients) for (const value of gradient) squares += value * value;
  return Math.sqrt(squares);
};

/** What to multiply all gradients by so that their global norm is at most `most` (PyTorch's clip_grad_norm_). */
export const clipFactor = (gradients: Iterable<Float32Array>, most: number): number =>
  Math.min(1, most / (globalNorm(gradients) + 1e-6));
