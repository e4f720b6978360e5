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
 */
export const crossEntropy = (logits: Float32Array, labels: ArrayLike<number>, classes: number): Loss => {
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
    loss += Math.log(sum) + most - (row[label] ?? 0);
    for (let k = 0; k < classes; k++) {
      const share = Math.exp((row[k] ?? 0) - most) / sum;
      gradient[image * classes + k] = (share - (k === label ? 1 : 0)) / images;
    }
  }
  return { loss: loss / images, correct, gradient };
};

/**
 * The loss as an operation on the tape. It is computed outside the engine: the logits are few, and double precision
 * costs nothing here.
 * @param logits [b,1,1,classes]
 */
export const lossOf = (
  logits: Tensor4D,
  labels: ArrayLike<number>,
): { readonly value: Scalar; readonly outcome: Loss } => {
  const outcome = crossEntropy(new Float32Array(logits.dataSync()), labels, logits.shape[3]);
  const op = customGrad(() => ({
    value: scalar(outcome.loss) as Tensor,
    gradFunc: (dy: Tensor) => mul(tensor(outcome.gradient, logits.shape), dy),
  }));
  return { value: op(logits) as Scalar, outcome }; // A scalar was made above; customGrad is typed for any tensor.
};
