import type { Kernels } from "../contract.js";
import type { BatchNormOptions } from "../ops/batch-norm.js";
import type { Raw } from "./binding.js";
import type { TensorFlow } from "./tensorflow.js";

const attributes = (tf: TensorFlow, epsilon: number) =>
  tf.attributes.of(`norm ${epsilon}`, () => [
    ...tf.attributes.float,
    tf.attributes.type("U", "float"),
    tf.attributes.real("epsilon", epsilon),
    tf.attributes.text("data_format", "NHWC"),
    tf.attributes.flag("is_training", true),
  ]);

const nothing = (tf: TensorFlow): Raw => tf.fill(0, 0);

/** Which result is the variance: on a GPU the fifth is its inverse root, on the CPU the variance of the batch itself. */
export const batchNorm = (
  tf: TensorFlow,
  { x }: Kernels["BnasBatchNorm"]["inputs"],
  { epsilon }: BatchNormOptions,
): Raw[] => {
  const [n, h, w, channels] = x.shape;
  const inputs = [tf.of(x), tf.fill(channels, 1), tf.fill(channels, 0), nothing(tf), nothing(tf)];
  const results = tf.ops("FusedBatchNormV3", attributes(tf, epsilon), inputs, 6);
  const [y, mean, population, , variance] = results as [Raw, Raw, Raw, Raw, Raw];
  if (!tf.onGpu) return [y, mean, variance];
  // The third is the variance of the population that the batch is drawn from.
  const count = n * h * w;
  return [y, mean, tf.op("Mul", tf.attributes.float, population, tf.scalar(Math.max(count - 1, 1) / count))];
};

/**
 * dx = (dy - mean(dy) - y * mean(dy * y)) / deviation. That is TensorFlow's gradient of the batch norm of y itself, whose
 * mean is 0 and deviation 1, by a scale of 1 / deviation; so x need not be kept.
 */
export const batchNormGrad = (
  tf: TensorFlow,
  { y, variance, dy }: Kernels["BnasBatchNormGrad"]["inputs"],
  { epsilon }: BatchNormOptions,
): Raw => {
  const { float } = tf.attributes;
  const channels = y.shape[3];
  const scale = tf.op("Rsqrt", float, tf.op("AddV2", float, tf.of(variance), tf.scalar(epsilon)));
  const inputs = [tf.of(dy), tf.of(y), scale, tf.fill(channels, 0), tf.fill(channels, 1), nothing(tf)];
  const [dx] = tf.ops("FusedBatchNormGradV3", attributes(tf, 0), inputs, 5) as [Raw];
  return dx;
};
