import type { Tensor } from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { DepthwiseOptions } from "../ops/depthwise.js";
import type { Raw } from "./binding.js";
import { type Border, pad, phases, slice, spreadSecond, unpad } from "./images.js";
import { type Source, source } from "./source.js";
import type { TensorFlow } from "./tensorflow.js";
import { backwardTaps, depthwiseOrder, forwardTaps, scaleSum, unmapWeight } from "./weights.js";

type Inputs = Kernels["BnasDepthwise"]["inputs"];
type GradInputs = Kernels["BnasDepthwiseGradX"]["inputs"];

/** The same convolution without a stride and a dilation at once: every tap of such a one meets even pixels only. */
type Plan = {
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly dilation: 1 | 2;
  readonly evenPixelsOnly: boolean;
};

const planOf = (w: Tensor, { stride, dilation }: DepthwiseOptions): Plan => {
  const kernel = w.shape[0] ?? 0;
  return stride === 2 && dilation === 2
    ? { kernel, stride: 1, dilation: 1, evenPixelsOnly: true }
    : { kernel, stride, dilation, evenPixelsOnly: false };
};

/** What TensorFlow's own SAME would put elsewhere when the stride is 2: it starts with the bottom and the right. */
const borderOf = ([, h = 0, w = 0]: readonly number[], { kernel }: Plan): Border => {
  const border = (kernel - 1) / 2;
  const end = (extent: number) => border - 1 + (extent % 2);
  return { top: border, left: border, bottom: end(h), right: end(w) };
};

const sourceOf = (tf: TensorFlow, { x }: Inputs, { input }: DepthwiseOptions, { evenPixelsOnly }: Plan): Source =>
  source(tf, x, input, evenPixelsOnly ? 0 : null);

export const depthwise = (tf: TensorFlow, inputs: Inputs, options: DepthwiseOptions): Raw => {
  const { w } = inputs;
  const plan = planOf(w, options);
  const taps = forwardTaps(tf, w, options, depthwiseOrder(w, false));
  return scaleSum(tf, convolve(tf, sourceOf(tf, inputs, options, plan).mapped(), taps, plan), w, options);
};

/** The sums, without maps and scales. */
export const convolve = (tf: TensorFlow, x: Raw, taps: Raw, plan: Plan): Raw =>
  plan.stride === 1
    ? tf.op("DepthwiseConv2dNative", tf.attributes.depthwise(1, plan.dilation, "SAME"), x, taps)
    : tf.op("DepthwiseConv2dNative", tf.attributes.depthwise(2, 1, "VALID"), pad(tf, x, borderOf(x.shape, plan)), taps);

export const depthwiseGradX = (tf: TensorFlow, inputs: GradInputs, options: DepthwiseOptions): Raw => {
  const { x, w, dy } = inputs;
  const plan = planOf(w, options);
  const from = sourceOf(tf, inputs, options, plan);
  const taps = backwardTaps(tf, w, options, depthwiseOrder(w, plan.stride === 1));
  const dx = from.unmap(convolveBack(tf, tf.of(dy), taps, plan, from.pixels().shape));
  return plan.evenPixelsOnly ? spreadSecond(tf, dx, 0, x.shape) : dx;
};

/** The transpose of {@link convolve}. @param taps turned by 180 degrees where the stride is 1 */
export const convolveBack = (tf: TensorFlow, dy: Raw, taps: Raw, plan: Plan, shape: readonly number[]): Raw => {
  // The forward operation is the fastest there is, and right with a dilation too.
  if (plan.stride === 1) return convolve(tf, dy, taps, plan);
  const border = borderOf(shape, plan);
  const [n = 0, h = 0, w = 0, c = 0] = shape;
  const padded = [n, h + border.top + border.bottom, w + border.left + border.right, c];
  const attributes = tf.attributes.depthwise(2, 1, "VALID");
  const dx = tf.op("DepthwiseConv2dNativeBackpropInput", attributes, tf.ints(...padded), taps, dy);
  return unpad(tf, dx, border, shape);
};

export const depthwiseGradW = (tf: TensorFlow, inputs: GradInputs, options: DepthwiseOptions): Raw => {
  const { w, dy } = inputs;
  const plan = planOf(w, options);
  return unmapWeight(tf, correlate(tf, sourceOf(tf, inputs, options, plan), tf.of(dy), plan), w, options);
};

/** The gradient of the taps, [k,k,c,1]. */
const correlate = (tf: TensorFlow, from: Source, dy: Raw, plan: Plan): Raw => {
  const { kernel, stride, dilation } = plan;
  const border = (kernel - 1) / 2;
  // TensorFlow's own filter gradient of a dilated convolution is fast and wrong: the phases of one are plain convolutions.
  const upstream = dilation === 2 ? phases(tf, dy, 0) : dy;
  if (kernel === 3 && stride === 1) {
    const x = dilation === 2 ? from.form("phases", (mapped) => phases(tf, mapped, 0)) : from.mapped();
    return sameTaps(tf, x, upstream);
  }
  const padded = (mapped: Raw): Raw => {
    if (dilation === 2) return phases(tf, mapped, 2 * border);
    return pad(
      tf,
      mapped,
      stride === 2 ? borderOf(mapped.shape, plan) : { top: border, left: border, bottom: border, right: border },
    );
  };
  if (kernel === 3) return validTaps(tf, from.form(`padded 3 ${stride}`, padded), upstream, [3, 3], stride);
  // 25 taps at once leave TensorFlow's fast path (seven times slower): columns 0 to 2, then 2 to 4.
  const part = (column: 0 | 2): Raw => {
    const columns = from.form(`columns ${column} ${stride} ${dilation}`, (mapped) => {
      const image = from.form(`padded 5 ${stride} ${dilation}`, () => padded(mapped));
      const [n = 0, h = 0, w = 0, c = 0] = image.shape;
      return slice(tf, image, [0, 0, column, 0], [n, h, w - 2, c]);
    });
    return validTaps(tf, columns, upstream, [5, 3], stride);
  };
  const channels = dy.shape[3] ?? 0;
  const attributes = tf.attributes.of("concat 2", () => [...tf.attributes.indexed("Tidx"), tf.attributes.int("N", 2)]);
  return tf.op("ConcatV2", attributes, part(0), slice(tf, part(2), [0, 1, 0, 0], [5, 2, channels, 1]), tf.int(1));
};

const sameTaps = (tf: TensorFlow, x: Raw, dy: Raw): Raw => {
  const size = tf.ints(3, 3, x.shape[3] ?? 0, 1);
  return tf.op("DepthwiseConv2dNativeBackpropFilter", tf.attributes.depthwise(1, 1, "SAME"), x, size, dy);
};

const validTaps = (tf: TensorFlow, x: Raw, dy: Raw, [rows, columns]: [number, number], stride: 1 | 2): Raw => {
  const size = tf.ints(rows, columns, x.shape[3] ?? 0, 1);
  return tf.op("DepthwiseConv2dNativeBackpropFilter", tf.attributes.depthwise(stride, 1, "VALID"), x, size, dy);
};
