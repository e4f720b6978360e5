import { customGrad, mul, type Scalar, scalar, type Tensor, type Tensor4D, tensor } from "@tensorflow/tfjs-core";

/** Softmax cross-entropy of some images. */
export type Loss = {
  /** Mean over the images. */
  readonly loss: number;
  /** Images whose class has the largest logit (of equals, the first). */
  readonly correct: number;
  /** Of the mean loss with respect to the logits, [images, classes]. */
  readonly gradient: Float32Array;
};

/**
 * Softmax cross-entropy, in double precision and safe for large logits.
 * @param logits [images, classes], row-major
 * @param smoothing the share of the target that goes to all classes alike (Szegedy et al., 2016, section 7), in [0, 1)
 */
export const crossEntropy = (logits: Float32Array, labels: ArrayLike<number>, classes: number, smoothing = 0): Loss => {
  const images = labels.length;
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  let correct = 0;
  for (let image = 0; image < images; image++) {
    const row = logits.subarray(image * classes, (image + 1) * classes);
    const label = labels[image] ?? 0;
    let best = 0;
    for (let k = 1; k < classes; k++) if ((row[k] ?? 0) > (row[best] ?? 0)) best = k;
    if (best === label) correct++;
    const most = row[best] ?? 0;
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += Math.exp((row[k] ?? 0) - most);
    loss += Math.log(sum) + most - (1 - smoothing) * (row[label] ?? 0);
    // Without smoothing nothing is added: the sums of searches stay as they were, bit for bit.
    if (smoothing > 0) for (let k = 0; k < classes; k++) loss -= (smoothing / classes) * (row[k] ?? 0);
    for (let k = 0; k < classes; k++) {
      const share = Math.exp((row[k] ?? 0) - most) / sum;
      const target = (k === label ? 1 - smoothing : 0) + smoothing / classes;
      gradient[image * classes + k] = (share - target) / images;
    }
  }
  return { loss: loss / images, correct, gradient };
};

/**
 * The loss as an operation on the tape. It is computed outside the engine: the logits are few, and double precision
 * costs nothing here.
 * @param logits [b,1,1,classes]
 * @param weight of this loss in a sum; `outcome` is without it
 */
export const lossOf = (
  logits: Tensor4D,
  labels: ArrayLike<number>,
  smoothing = 0,
  weight = 1,
): { readonly value: Scalar; readonly outcome: Loss } => {
  const outcome = crossEntropy(new Float32Array(logits.dataSync()), labels, logits.shape[3], smoothing);
  const op = customGrad(() => ({
    value: scalar(weight * outcome.loss) as Tensor,
    gradFunc: (dy: Tensor) => mul(tensor(weighted(outcome.gradient, weight), logits.shape), dy),
  }));
  return { value: op(logits) as Scalar, outcome }; // A scalar was made above; customGrad is typed for any tensor.
};

/**
 * Loss of a network and of its auxiliary head as one operation on the tape: loss + weight * loss of the head (DARTS).
 * @param logits [b,1,1,classes]
 * @param auxiliary [b,1,1,classes] of the head
 * @returns `outcome` of the network's own classifier
 */
export const lossWithAuxiliary = (
  logits: Tensor4D,
  auxiliary: Tensor4D,
  labels: ArrayLike<number>,
  { weight, smoothing }: { readonly weight: number; readonly smoothing: number },
): { readonly value: Scalar; readonly outcome: Loss } => {
  const classes = logits.shape[3];
  const lossOfLogits = (values: Tensor4D) =>
    crossEntropy(new Float32Array(values.dataSync()), labels, classes, smoothing);
  const outcome = lossOfLogits(logits);
  const helped = lossOfLogits(auxiliary);
  const op = customGrad(() => ({
    value: scalar(outcome.loss + weight * helped.loss) as Tensor,
    gradFunc: (dy: Tensor) => [
      mul(tensor(outcome.gradient, logits.shape), dy),
      mul(tensor(weighted(helped.gradient, weight), auxiliary.shape), dy),
    ],
  }));
  return { value: op(logits, auxiliary) as Scalar, outcome }; // As in lossOf.
};

const weighted = (gradient: Float32Array, weight: number): Float32Array =>
  weight === 1 ? gradient : gradient.map((value) => weight * value);
