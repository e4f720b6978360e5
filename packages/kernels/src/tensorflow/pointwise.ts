import type { Kernels } from "../contract.js";
import type { PointwiseOptions } from "../ops/pointwise.js";
import type { Raw } from "./binding.js";
import { spreadSecond } from "./images.js";
import { source } from "./source.js";
import type { TensorFlow } from "./tensorflow.js";
import { backwardTaps, forwardTaps, matrixOrder, scaleSum, unmapWeight } from "./weights.js";

type Inputs = Kernels["BnasPointwise"]["inputs"];
type GradInputs = Kernels["BnasPointwiseGradX"]["inputs"];

const sampled = (tf: TensorFlow, { x }: Inputs, { input, stride, offset }: PointwiseOptions) =>
  source(tf, x, input, stride === 2 ? offset : null);

const multiply = (tf: TensorFlow, x: Raw, matrix: Raw): Raw =>
  tf.op("Conv2D", tf.attributes.convolution(1, "SAME"), x, matrix);

export const pointwise = (tf: TensorFlow, inputs: Inputs, options: PointwiseOptions): Raw => {
  const { w } = inputs;
  const taps = forwardTaps(tf, w, options, matrixOrder(w, false));
  return scaleSum(tf, multiply(tf, sampled(tf, inputs, options).mapped(), taps), w, options);
};

export const pointwiseGradX = (tf: TensorFlow, inputs: GradInputs, options: PointwiseOptions): Raw => {
  const { x, w, dy } = inputs;
  const product = multiply(tf, tf.of(dy), backwardTaps(tf, w, options, matrixOrder(w, true)));
  const dx = sampled(tf, inputs, options).unmap(product);
  return options.stride === 2 ? spreadSecond(tf, dx, options.offset, x.shape) : dx;
};

/** Not as a product of matrices: that of TensorFlow 2.21 with oneDNN writes beyond its scratch when the left one is transposed
 * and long ("corrupted size vs. prev_size", found under a profiler). */
export const pointwiseGradW = (tf: TensorFlow, inputs: GradInputs, options: PointwiseOptions): Raw => {
  const { w, dy } = inputs;
  const size = tf.ints(1, 1, w.shape[0] ?? 0, w.shape[1] ?? 0);
  const attributes = tf.attributes.convolution(1, "SAME");
  const gradient = tf.op("Conv2DBackpropFilter", attributes, sampled(tf, inputs, options).mapped(), size, tf.of(dy));
  return unmapWeight(tf, gradient, w, options);
};
