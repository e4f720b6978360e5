import type { Tensor4D } from "@tensorflow/tfjs-core";
import type { InputMap } from "../ops/convolution.js";
import type { Raw } from "./binding.js";
import { everySecond } from "./images.js";
import type { TensorFlow } from "./tensorflow.js";

/** Signs enter as +-1/2: two passes over an image instead of three. A sum of them is scaled by this afterwards. */
export const SIGN_UNIT = 2;

/** The input of a convolution in the forms that it is read in. Where several operations read it, each form is made once. */
export type Source = {
  /** The pixels that are read. */
  readonly pixels: () => Raw;
  /** relu of them; or +1/2 for x >= 0 (so for 0 and -0) and -1/2 otherwise; or as they are. */
  readonly mapped: () => Raw;
  /** Something made of {@link mapped}. */
  readonly form: (name: string, make: (mapped: Raw) => Raw) => Raw;
  /** The gradient through the map: dx where x > 0 (relu) or |x| <= 1 (sign, straight-through), 0 elsewhere. */
  readonly unmap: (dx: Raw) => Raw;
};

/** @param every reads the pixels (2i + every, 2j + every) only; null reads all */
export const source = (tf: TensorFlow, x: Tensor4D, map: InputMap, every: 0 | 1 | null = null): Source => {
  const pixels = () =>
    every === null ? tf.of(x) : tf.shared(x, `every second ${every}`, () => everySecond(tf, tf.of(x), every));
  const mapped = () =>
    map === "identity" ? pixels() : tf.shared(x, `${map} ${every}`, () => MAPPED[map](tf, pixels()));
  return {
    pixels,
    mapped,
    form: (name, make) => tf.shared(x, `${map} ${every} ${name}`, () => make(mapped())),
    unmap: (dx) => {
      if (map === "identity") return dx;
      if (map === "relu") return tf.op("ReluGrad", tf.attributes.float, dx, pixels());
      return tf.op(
        "Mul",
        tf.attributes.float,
        dx,
        tf.shared(x, `inside ${every}`, () => inside(tf, pixels())),
      );
    },
  };
};

const signs = (tf: TensorFlow, x: Raw): Raw => {
  const isPositive = tf.op("GreaterEqual", tf.attributes.float, x, tf.scalar(0));
  const bit = tf.op("Cast", tf.attributes.cast("bool", "float"), isPositive);
  return tf.op("Sub", tf.attributes.float, bit, tf.scalar(0.5));
};

const MAPPED = { relu: (tf: TensorFlow, x: Raw) => tf.op("Relu", tf.attributes.float, x), sign: signs };

/** 1 where |x| <= 1, else 0: clipping leaves exactly those alone that are inside. */
const inside = (tf: TensorFlow, x: Raw): Raw => {
  const { float } = tf.attributes;
  const clipped = tf.op("ClipByValue", float, x, tf.scalar(-1), tf.scalar(1));
  const attributes = tf.attributes.of("Equal", () => [...float, tf.attributes.flag("incompatible_shape_error", true)]);
  return tf.op("Cast", tf.attributes.cast("bool", "float"), tf.op("Equal", attributes, clipped, x));
};
