import type { Tensor1D, Tensor4D, TensorInfo } from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { ShuffleOptions } from "../ops/shuffle-channels.js";
import type { SliceOptions } from "../ops/slice-channels.js";
import type { Raw } from "./binding.js";
import { padChannels, reshape, slice } from "./images.js";
import type { TensorFlow } from "./tensorflow.js";

const weightAt = (tf: TensorFlow, weights: Tensor1D, index: number): number => tf.values(weights)[index] ?? 0;

/** weight * x, or x itself where the weight is 1. */
const scaled = (tf: TensorFlow, x: Tensor4D, weights: Tensor1D, index: number): Raw => {
  if (weightAt(tf, weights, index) === 1) return tf.of(x);
  const weight = tf.remembered(weights, `weight ${index}`, () =>
    tf.upload(Float32Array.of(weightAt(tf, weights, index)), []),
  );
  return tf.op("Mul", tf.attributes.float, tf.of(x), weight);
};

export const weightedSum = (
  tf: TensorFlow,
  [weights, ...xs]: Kernels["BnasWeightedSum"]["inputs"],
): Raw | TensorInfo => {
  const [first] = xs;
  if (first === undefined) throw new Error("a weighted sum takes at least one tensor");
  if (xs.length === 1) return weightedSumGradX(tf, { dy: first, weights }, { index: 0 });
  const terms = xs.map((x, index) => scaled(tf, x, weights, index));
  return tf.ops("AddN", tf.attributes.counted("N", terms.length), terms, 1)[0] ?? tf.of(first);
};

export const weightedSumGradX = (
  tf: TensorFlow,
  { dy, weights }: Kernels["BnasWeightedSumGradX"]["inputs"],
  { index }: { readonly index: number },
): Raw | TensorInfo => (weightAt(tf, weights, index) === 1 ? tf.share(dy) : scaled(tf, dy, weights, index));

export const weightedSumGradWeights = (
  tf: TensorFlow,
  [dy, ...xs]: Kernels["BnasWeightedSumGradWeights"]["inputs"],
): Raw => {
  const { float } = tf.attributes;
  const products = xs.map((x) => {
    const terms = tf.op("Mul", float, tf.of(dy), tf.of(x));
    const sum = tf.op("Sum", tf.attributes.reduction(false), terms, tf.ints(0, 1, 2, 3));
    tf.drop(terms);
    return sum;
  });
  const attributes = tf.attributes.of(`pack ${xs.length}`, () => [
    ...float,
    tf.attributes.int("N", xs.length),
    tf.attributes.int("axis", 0),
  ]);
  return tf.ops("Pack", attributes, products, 1)[0] ?? tf.fill(0, 0);
};

export const concatChannels = (tf: TensorFlow, xs: readonly Tensor4D[]): Raw | TensorInfo => {
  const [first] = xs;
  if (first === undefined) throw new Error("a concatenation takes at least one tensor");
  if (xs.length === 1) return tf.share(first);
  const attributes = tf.attributes.of(`concat ${xs.length}`, () => [
    ...tf.attributes.indexed("Tidx"),
    tf.attributes.int("N", xs.length),
  ]);
  return tf.op("ConcatV2", attributes, ...xs.map((x) => tf.of(x)), tf.int(3));
};

export const sliceChannels = (
  tf: TensorFlow,
  { x }: { x: Tensor4D },
  { begin, size }: SliceOptions,
): Raw | TensorInfo => {
  const [n, h, w, channels] = x.shape;
  return size === channels ? tf.share(x) : slice(tf, tf.of(x), [0, 0, 0, begin], [n, h, w, size]);
};

export const sliceChannelsGrad = (
  tf: TensorFlow,
  { dy }: { dy: Tensor4D },
  { begin, size, channels }: SliceOptions & { readonly channels: number },
): Raw | TensorInfo => (size === channels ? tf.share(dy) : padChannels(tf, tf.of(dy), begin, channels - begin - size));

/** TensorFlow turns the last two axes slowly: on the CPU a product with the permutation's matrix is four times faster, and
 * exact, since every sum is one number and zeros. */
export const shuffleChannels = (
  tf: TensorFlow,
  { x }: { x: Tensor4D },
  { groups }: ShuffleOptions,
): Raw | TensorInfo => {
  const [n, h, w, channels] = x.shape;
  if (groups === 1 || groups === channels) return tf.share(x);
  if (!tf.onGpu)
    return tf.op("Conv2D", tf.attributes.convolution(1, "SAME"), tf.of(x), permutation(tf, channels, groups));
  const grouped = reshape(tf, tf.of(x), [n * h * w, groups, channels / groups]);
  const turned = tf.op("Transpose", tf.attributes.indexed("Tperm"), grouped, tf.ints(0, 2, 1));
  return reshape(tf, turned, x.shape);
};

/** Channel g*n + i to i*groups + g, as a matrix [1,1,channels,channels]. */
const permutation = (tf: TensorFlow, channels: number, groups: number): Raw =>
  tf.table(`shuffle ${channels} ${groups}`, () => {
    const matrix = new Float32Array(channels * channels);
    const n = channels / groups;
    for (let c = 0; c < channels; c++) matrix[c * channels + (c % n) * groups + Math.floor(c / n)] = 1;
    return tf.upload(matrix, [1, 1, channels, channels]);
  });
