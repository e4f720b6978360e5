import type { Tensor } from "@tensorflow/tfjs-core";
import type { ConvOptions } from "../ops/convolution.js";
import type { Raw } from "./binding.js";
import { reshape } from "./images.js";
import { SIGN_UNIT } from "./source.js";
import type { TensorFlow } from "./tensorflow.js";

// Weights are few, so their binary form is made here, from their numbers, once a step.

/** Mean of |w|: the scale of XNOR weights. */
const meanMagnitude = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i] ?? 0);
  return sum / values.length;
};

const signOf = (value: number): number => (value >= 0 ? 1 : -1);

/** Sums of signs are exact as long as the scale comes after them, and a sum that is exactly 0 has to stay so: the sign of a
 * rounding error would be random. Where the input is real, the scale is part of the weights. */
const scalesAfter = ({ input, weight }: ConvOptions): boolean => input === "sign" && weight === "xnor";

/** How the weights are ordered on their way to an operation: i -> index in w. */
type Order = { readonly name: string; readonly shape: readonly number[]; readonly source: (i: number) => number };

/** [k,k,c] as TensorFlow has it, [k,k,c,1]; turned by 180 degrees for the gradient of the input. */
export const depthwiseOrder = (w: Tensor, turned: boolean): Order => {
  const [k = 0, , c = 0] = w.shape;
  const source = (i: number) => (turned ? (k * k - 1 - Math.floor(i / c)) * c + (i % c) : i);
  return { name: turned ? "turned" : "plain", shape: [k, k, c, 1], source };
};

/** [in,out] as [1,1,in,out], or transposed. */
export const matrixOrder = (w: Tensor, transposed: boolean): Order => {
  const [inputs = 0, outputs = 0] = w.shape;
  return transposed
    ? {
        name: "transposed",
        shape: [1, 1, outputs, inputs],
        source: (i) => (i % inputs) * outputs + Math.floor(i / inputs),
      }
    : { name: "plain", shape: [1, 1, inputs, outputs], source: (i) => i };
};

/** The weights as the forward sum takes them. */
export const forwardTaps = (tf: TensorFlow, w: Tensor, options: ConvOptions, order: Order): Raw =>
  taps(tf, w, options, order, scalesAfter(options) ? "signs" : "scaled");

/** The weights with their scale, for the gradient of the input, which is real. */
export const backwardTaps = (tf: TensorFlow, w: Tensor, options: ConvOptions, order: Order): Raw =>
  taps(tf, w, options, order, "scaled");

const taps = (
  tf: TensorFlow,
  w: Tensor,
  { weight }: ConvOptions,
  { name, shape, source }: Order,
  form: "signs" | "scaled",
): Raw =>
  tf.remembered(w, `${name} ${weight} ${form}`, () => {
    const values = tf.values(w);
    const scale = form === "signs" ? 1 : meanMagnitude(values);
    const ordered = new Float32Array(values.length);
    for (let i = 0; i < ordered.length; i++) {
      const value = values[source(i)] ?? 0;
      ordered[i] = weight === "real" ? value : signOf(value) * scale;
    }
    return tf.upload(ordered, shape);
  });

/** What is left to do to a forward sum: the scale of XNOR weights where it was kept out, and the unit of the signs. */
export const scaleSum = (tf: TensorFlow, sum: Raw, w: Tensor, options: ConvOptions): Raw => {
  if (options.input !== "sign") return sum;
  const scale = tf.remembered(w, `scale ${options.weight}`, () => {
    const factor = scalesAfter(options) ? meanMagnitude(tf.values(w)) : 1;
    return tf.upload(Float32Array.of(SIGN_UNIT * factor), []);
  });
  return tf.op("Mul", tf.attributes.float, sum, scale);
};

/**
 * dL/dw, in the shape of w, from the gradient with respect to the weights as they are convolved with:
 * times 1/n + a * 1[|w| <= 1] for XNOR weights, and the unit of the signs.
 */
export const unmapWeight = (tf: TensorFlow, gradient: Raw, w: Tensor, { input, weight }: ConvOptions): Raw => {
  const shaped = gradient.shape.length === w.rank ? gradient : reshape(tf, gradient, w.shape);
  const unit = input === "sign" ? SIGN_UNIT : 1;
  if (weight === "real") return unit === 1 ? shaped : tf.op("Mul", tf.attributes.float, shaped, tf.scalar(unit));
  const factor = tf.remembered(w, `factor ${unit}`, () => {
    const values = tf.values(w);
    const scale = meanMagnitude(values);
    const factors = new Float32Array(values.length);
    for (let i = 0; i < factors.length; i++) {
      factors[i] = unit * (1 / factors.length + (Math.abs(values[i] ?? 0) <= 1 ? scale : 0));
    }
    return tf.upload(factors, w.shape);
  });
  return tf.op("Mul", tf.attributes.float, shaped, factor);
};
