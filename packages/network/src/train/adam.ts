/** A tensor under training: its values and the running moments of its gradient, changed in place. */
export type AdamTensor = {
  readonly values: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  /** Which entries take part; the others stay as they are. */
  readonly active: (index: number) => boolean;
};

export type AdamOptions = {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Weight decay, added to the gradient. */
  readonly decay: number;
};

const EPSILON = 1e-8;

/**
 * A step of Adam, in place, as PyTorch's Adam does it: g <- g + decay * v, running means of g and g^2, both corrected
 * for their start at 0, v <- v - rate * mean / (sqrt(variance) + 1e-8).
 * @param step number of this step, counted from 1
 */
export const adamStep = (
  tensors: ReadonlyMap<string, AdamTensor>,
  gradients: ReadonlyMap<string, Float32Array>,
  step: number,
  { rate, beta1, beta2, decay }: AdamOptions,
): void => {
  const meanShare = 1 - beta1 ** step;
  const varianceShare = 1 - beta2 ** step;
  for (const [name, { values, mean, variance, active }] of tensors) {
    const gradient = gradients.get(name);
    for (let i = 0; i < values.length; i++) {
      if (!active(i)) continue;
      const value = values[i] ?? 0;
      const g = (gradient?.[i] ?? 0) + decay * value;
      const m = beta1 * (mean[i] ?? 0) + (1 - beta1) * g;
      const v = beta2 * (variance[i] ?? 0) + (1 - beta2) * g * g;
      mean[i] = m;
      variance[i] = v;
      values[i] = value - (rate * (m / meanShare)) / (Math.sqrt(v / varianceShare) + EPSILON);
    }
  }
};
