import type { Kernels } from "../contract.js";
import type { Conv3x3Options } from "../ops/conv3x3.js";
import type { Raw } from "./binding.js";
import { type Border, pad, unpad } from "./images.js";
import { source } from "./source.js";
import type { TensorFlow } from "./tensorflow.js";

type Inputs = Kernels["BnasConv3x3"]["inputs"];
type GradInputs = Kernels["BnasConv3x3GradX"]["inputs"];

const mapOf = ({ relu }: Conv3x3Options) => (relu ? "relu" : "identity");

/** With stride 1 TensorFlow's SAME is the border of one pixel; with stride 2 it would start at the bottom and the right. */
const plan = ({ stride }: Conv3x3Options, [n = 0, h = 0, w = 0, c = 0]: readonly number[]) => {
  if (stride === 1)
    return { padding: "SAME", border: { top: 0, left: 0, bottom: 0, right: 0 }, padded: [n, h, w, c] } as const;
  const border: Border = { top: 1, left: 1, bottom: h % 2, right: w % 2 };
  return { padding: "VALID", border, padded: [n, h + 1 + border.bottom, w + 1 + border.right, c] } as const;
};

export const conv3x3 = (tf: TensorFlow, { x, w }: Inputs, options: Conv3x3Options): Raw => {
  const { padding, border } = plan(options, x.shape);
  const input = pad(tf, source(tf, x, mapOf(options)).mapped(), border);
  return tf.op("Conv2D", tf.attributes.convolution(options.stride, padding), input, tf.of(w));
};

export const conv3x3GradX = (tf: TensorFlow, { x, w, dy }: GradInputs, options: Conv3x3Options): Raw => {
  const { padding, border, padded } = plan(options, x.shape);
  const attributes = tf.attributes.convolution(options.stride, padding);
  const dx = tf.op("Conv2DBackpropInput", attributes, tf.ints(...padded), tf.of(w), tf.of(dy));
  return source(tf, x, mapOf(options)).unmap(unpad(tf, dx, border, x.shape));
};

export const conv3x3GradW = (tf: TensorFlow, { x, w, dy }: GradInputs, options: Conv3x3Options): Raw => {
  const { padding, border } = plan(options, x.shape);
  const input = pad(tf, source(tf, x, mapOf(options)).mapped(), border);
  const attributes = tf.attributes.convolution(options.stride, padding);
  return tf.op("Conv2DBackpropFilter", attributes, input, tf.ints(...w.shape), tf.of(dy));
};
