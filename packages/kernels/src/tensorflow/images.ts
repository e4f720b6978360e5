import type { Raw } from "./binding.js";
import type { TensorFlow } from "./tensorflow.js";

// Moving images about: [batch, height, width, channels].

/** What is added around an image, in pixels. */
export type Border = { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number };

const isNone = ({ top, left, bottom, right }: Border): boolean => top + left + bottom + right === 0;

const table = (tf: TensorFlow, rows: readonly (readonly number[])[]): Raw =>
  tf.table(`rows ${rows.join(" ")}`, () => tf.upload(Int32Array.from(rows.flat()), [rows.length, 2]));

/** Images with a border of zeros, or of another number. */
export const pad = (tf: TensorFlow, x: Raw, border: Border, value = 0): Raw => {
  if (isNone(border)) return x;
  const { top, left, bottom, right } = border;
  const paddings = table(tf, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const attributes = tf.attributes.indexed("Tpaddings");
  return value === 0
    ? tf.op("Pad", attributes, x, paddings)
    : tf.op("PadV2", attributes, x, paddings, tf.scalar(value));
};

export const padChannels = (tf: TensorFlow, x: Raw, before: number, after: number): Raw =>
  before + after === 0
    ? x
    : tf.op(
        "Pad",
        tf.attributes.indexed("Tpaddings"),
        x,
        table(tf, [
          [0, 0],
          [0, 0],
          [0, 0],
          [before, after],
        ]),
      );

/** A box of x. */
export const slice = (tf: TensorFlow, x: Raw, begin: readonly number[], size: readonly number[]): Raw =>
  begin.every((at) => at === 0) && size.every((extent, axis) => extent === x.shape[axis])
    ? x
    : tf.op("Slice", tf.attributes.indexed("Index"), x, tf.ints(...begin), tf.ints(...size));

/** What {@link pad} was given, out of what it gives. */
export const unpad = (tf: TensorFlow, x: Raw, { top, left }: Border, [n, h, w, c]: readonly number[]): Raw =>
  slice(tf, x, [0, top, left, 0], [n ?? 0, h ?? 0, w ?? 0, c ?? 0]);

export const reshape = (tf: TensorFlow, x: Raw, shape: readonly number[]): Raw =>
  tf.op("Reshape", tf.attributes.indexed("Tshape"), x, tf.ints(...shape));

/** The pixels (2i + offset, 2j + offset). As a pooling of single pixels: a strided slice is twenty times slower. */
export const everySecond = (tf: TensorFlow, x: Raw, offset: 0 | 1): Raw => {
  const [n = 0, h = 0, w = 0, c = 0] = x.shape;
  const from = offset === 0 ? x : slice(tf, x, [0, 1, 1, 0], [n, h - 1, w - 1, c]);
  return tf.op("AvgPool", tf.attributes.pool(1, 2, "SAME"), from);
};

/** The transpose of {@link everySecond}: y where its pixels came from, zero elsewhere. */
export const spreadSecond = (
  tf: TensorFlow,
  y: Raw,
  offset: 0 | 1,
  [n = 0, h = 0, w = 0, c = 0]: readonly number[],
): Raw => {
  const size = tf.ints(n, h - offset, w - offset, c);
  const spread = tf.op("AvgPoolGrad", tf.attributes.pool(1, 2, "SAME"), size, y);
  return pad(tf, spread, { top: offset, left: offset, bottom: 0, right: 0 });
};

/** Every second row and column as an image of its own: [4n, (h + borders)/2, (w + borders)/2, c]. */
export const phases = (tf: TensorFlow, x: Raw, border: number): Raw => {
  const [, h = 0, w = 0] = x.shape;
  const paddings = table(tf, [
    [border, border + (h % 2)],
    [border, border + (w % 2)],
  ]);
  const attributes = tf.attributes.of("phases", () => [
    ...tf.attributes.float,
    tf.attributes.type("Tblock_shape", "int"),
    tf.attributes.type("Tpaddings", "int"),
  ]);
  return tf.op("SpaceToBatchND", attributes, x, tf.ints(2, 2), paddings);
};
