import type { MaxPoolOptions } from "../ops/max-pool.js";
import type { Extent } from "../ops/shapes.js";
import type { Raw } from "./binding.js";
import { type Border, pad, padChannels, slice } from "./images.js";
import type { TensorFlow } from "./tensorflow.js";

// TensorFlow's public gradient of max-pooling searches the maximum again, pixel by pixel: 40 ms where oneDNN's takes 0.5.
// oneDNN's operations are private, so whether they are there and right is tried at start; if not, those with an argmax do.

/** Less than any activation. */
const LEAST = -3.4e38;

/** 3x3 has a border of one pixel, which TensorFlow's SAME would start at the bottom and the right when the stride is 2. */
const borderOf = ({ size, stride, height, width }: MaxPoolOptions & Extent): Border => {
  const before = size === 3 ? 1 : 0;
  const count = (extent: number) => Math.floor((extent + 2 * before - size) / stride) + 1;
  const after = (extent: number) => Math.max((count(extent) - 1) * stride + size - before - extent, 0);
  return { top: before, left: before, bottom: after(height), right: after(width) };
};

export type MaxPool = {
  readonly name: string;
  /** @returns [y, which tap of each window won] */
  readonly forward: (tf: TensorFlow, x: Raw, options: MaxPoolOptions & Extent) => Raw[];
  readonly backward: (tf: TensorFlow, winner: Raw, dy: Raw, options: MaxPoolOptions & Extent) => Raw;
};

/** A tensor of this shape, its numbers undefined: for operations that read the shape of an input only. */
const anythingOf = (tf: TensorFlow, shape: readonly number[]): Raw => {
  const attributes = tf.attributes.of("Empty", () => [
    tf.attributes.type("dtype", "float"),
    tf.attributes.flag("init", false),
  ]);
  return tf.op("Empty", attributes, tf.ints(...shape));
};

type Backward = (tf: TensorFlow, like: Raw, winner: Raw, dy: Raw, options: MaxPoolOptions) => Raw;

/** Both kinds pool images with their border, and leave the border off the gradient. */
const pooling = (
  name: string,
  forward: (tf: TensorFlow, x: Raw, options: MaxPoolOptions) => Raw[],
  backward: Backward,
): MaxPool => ({
  name,
  forward: (tf, x, options) => forward(tf, pad(tf, x, borderOf(options), LEAST), options),
  backward: (tf, winner, dy, options) => {
    const { height, width } = options;
    const { top, left, bottom, right } = borderOf(options);
    const [n = 0, , , channels = 0] = dy.shape;
    const like = anythingOf(tf, [n, height + top + bottom, width + left + right, channels]);
    const dx = backward(tf, like, winner, dy, options);
    return slice(tf, dx, [0, top, left, 0], [n, height, width, channels]);
  },
});

/** oneDNN's vectors hold 16 channels, and its gradient of fewer is ten times slower than that of 16. */
const VECTOR = 16;
const missing = (channels: number): number => (channels < 4 ? 0 : (VECTOR - (channels % VECTOR)) % VECTOR);

/** oneDNN's, under the names to which TensorFlow rewrites its graphs. The second result numbers the taps, in bytes. */
const withWorkspace: MaxPool = pooling(
  "oneDNN",
  (tf, x, options) => {
    const [, , , channels = 0] = x.shape;
    const wide = padChannels(tf, x, 0, missing(channels));
    const [y, winner] = tf.ops("_MklNativeMaxPool", workspaceAttributes(tf, options), [wide], 2) as [Raw, Raw];
    return [firstChannels(tf, y, channels), winner];
  },
  (tf, like, winner, dy, options) => {
    const [, , , channels = 0] = dy.shape;
    const wide = padChannels(tf, dy, 0, missing(channels));
    const [n = 0, h = 0, w = 0] = like.shape;
    const anything = wide === dy ? like : anythingOf(tf, [n, h, w, channels + missing(channels)]);
    const attributes = workspaceAttributes(tf, options);
    return firstChannels(tf, tf.op("_MklNativeMaxPoolGrad", attributes, anything, wide, wide, winner), channels);
  },
);

const firstChannels = (tf: TensorFlow, x: Raw, channels: number): Raw => {
  const [n = 0, h = 0, w = 0] = x.shape;
  return slice(tf, x, [0, 0, 0, 0], [n, h, w, channels]);
};

const workspaceAttributes = (tf: TensorFlow, { size, stride }: MaxPoolOptions) =>
  tf.attributes.of(`max pool ${size} ${stride}`, () => [
    ...tf.attributes.pool(size, stride, "VALID"),
    tf.attributes.flag("workspace_enabled", true),
    tf.attributes.text("_kernel", "MklNameChangeOp"),
  ]);

/** Public operations, on every device. The second result numbers the pixels of the images with their border. */
const withArgmax: MaxPool = pooling(
  "argmax",
  (tf, x, options) => tf.ops("MaxPoolWithArgmax", argmaxAttributes(tf, options), [x], 2),
  (tf, like, winner, dy, options) => tf.op("MaxPoolGradWithArgmax", argmaxAttributes(tf, options), like, dy, winner),
);

const argmaxAttributes = (tf: TensorFlow, { size, stride }: MaxPoolOptions) =>
  tf.attributes.of(`argmax pool ${size} ${stride}`, () => [
    ...tf.attributes.float,
    tf.attributes.type("Targmax", "long"),
    tf.attributes.int("ksize", [1, size, size, 1]),
    tf.attributes.int("strides", [1, stride, stride, 1]),
    tf.attributes.text("padding", "VALID"),
    tf.attributes.flag("include_batch_in_index", true),
  ]);

/** The fastest first; check.ts says which of them are right here. */
export const MAX_POOLS: readonly MaxPool[] = [withWorkspace, withArgmax];
