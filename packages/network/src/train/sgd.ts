import { clipFactor } from "./clip.js";

/** A tensor under training: its values and its momentum, changed in place. */
export type TrainedTensor = {
  readonly values: Float32Array;
  readonly momentum: Float32Array;
  /** False: without weight decay. */
  readonly decays?: boolean;
};

export type SgdOptions = {
  readonly rate: number;
  /** Share of the last step that is kept. */
  readonly momentum: number;
  /** Weight decay, added to the gradient. */
  readonly decay: number;
  /** Most global norm of the gradients. */
  readonly clip: number;
};

/**
 * A step of stochastic gradient descent, in place, as PyTorch does it: g <- clip(g) + decay * w, m <- momentum * m + g, w <- w -
 * rate * m. Sums are taken in double precision and rounded once.
 * @param gradients by name; a tensor without one has a gradient of 0: it decays and moves by its momentum
 */
export const sgdStep = (
  tensors: ReadonlyMap<string, TrainedTensor>,
  gradients: ReadonlyMap<string, Float32Array>,
  { rate, momentum: keep, decay, clip }: SgdOptions,
): void => {
  const factor = clipFactor(gradients.values(), clip);
  for (const [name, { values, momentum, decays = true }] of tensors) {
    const gradient = gradients.get(name);
    const kept = decays ? decay : 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      const step = keep * (momentum[i] ?? 0) + factor * (gradient?.[i] ?? 0) + kept * value;
      momentum[i] = step;
      values[i] = value - rate * step;
    }
  }
};
