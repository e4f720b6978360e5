import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { AvgPoolOptions } from "../ops/avg-pool.js";
import type { Extent } from "../ops/shapes.js";
import type { Raw } from "./binding.js";
import { convolve, convolveBack } from "./depthwise.js";
import type { TensorFlow } from "./tensorflow.js";

// A sum over 3x3 pixels is a depthwise convolution with ones, which is fast for any number of channels; the mean divides it
// by how many of them are in the image.

const plan = ({ stride }: AvgPoolOptions) => ({ kernel: 3, stride, dilation: 1, evenPixelsOnly: false }) as const;

const ones = (tf: TensorFlow, channels: number): Raw =>
  tf.table(`ones ${channels}`, () => tf.upload(new Float32Array(9 * channels).fill(1), [3, 3, channels, 1]));

/** One over the number of pixels of the image in each window, [1, height, width, 1] of the output. */
const shares = (tf: TensorFlow, { height, width, stride }: AvgPoolOptions & Extent): Raw =>
  tf.table(`shares ${height} ${width} ${stride}`, () => {
    const counts = (extent: number) =>
      Array.from({ length: Math.ceil(extent / stride) }, (_, i) => {
        const [first, last] = [Math.max(i * stride - 1, 0), Math.min(i * stride + 1, extent - 1)];
        return last - first + 1;
      });
    const [rows, columns] = [counts(height), counts(width)];
    const values = rows.flatMap((row) => columns.map((column) => 1 / (row * column)));
    return tf.upload(Float32Array.from(values), [1, rows.length, columns.length, 1]);
  });

export const avgPool = (tf: TensorFlow, { x }: { x: Tensor4D }, options: AvgPoolOptions & Extent): Raw => {
  // Without a stride TensorFlow's own SAME is the border of one pixel, and excludes it.
  if (options.stride === 1) return tf.op("AvgPool", tf.attributes.pool(3, 1, "SAME"), tf.of(x));
  const sums = convolve(tf, tf.of(x), ones(tf, x.shape[3]), plan(options));
  return tf.op("Mul", tf.attributes.float, sums, shares(tf, options));
};

export const avgPoolGrad = (tf: TensorFlow, { dy }: { dy: Tensor4D }, options: AvgPoolOptions & Extent): Raw => {
  const [n, , , channels] = dy.shape;
  const share = tf.op("Mul", tf.attributes.float, tf.of(dy), shares(tf, options));
  return convolveBack(tf, share, ones(tf, channels), plan(options), [n, options.height, options.width, channels]);
};

export const globalAveragePool = (tf: TensorFlow, { x }: { x: Tensor4D }): Raw =>
  tf.op("Mean", tf.attributes.reduction(true), tf.of(x), tf.ints(1, 2));

export const globalAveragePoolGrad = (tf: TensorFlow, { dy }: { dy: Tensor4D }, { height, width }: Extent): Raw => {
  const share = tf.table(`share ${height} ${width}`, () =>
    tf.upload(new Float32Array(height * width).fill(1 / (height * width)), [1, height, width, 1]),
  );
  return tf.op("Mul", tf.attributes.float, share, tf.of(dy));
};
