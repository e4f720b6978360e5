import type { Raw } from "./binding.js";
import { MAX_POOLS, type MaxPool } from "./max-pool.js";
import type { TensorFlow } from "./tensorflow.js";

// What is fast in TensorFlow is partly private, and its names have no promise: it is tried on small images, at start.

/**
 * The fastest max-pooling that is there and right: of equal numbers the first in row order gets the gradient, and the
 * border never wins.
 * @throws Error when none is
 */
export const workingMaxPool = (tf: TensorFlow, toNumbers: (raw: Raw) => ArrayLike<number>): MaxPool => {
  const found = MAX_POOLS.find((pool) => isRight(tf, pool, toNumbers));
  if (found === undefined) {
    throw new Error("no max-pooling of this TensorFlow is right; npm run engine:node makes the version that was tried");
  }
  return found;
};

const [SIDE, CHANNELS] = [4, 16] as const;

const isRight = (tf: TensorFlow, pool: MaxPool, toNumbers: (raw: Raw) => ArrayLike<number>): boolean => {
  try {
    return ([1, 2] as const).every((stride) => {
      const options = { size: 3, stride, height: SIDE, width: SIDE } as const;
      let right = false;
      tf.kernel(() => {
        const expected = byHand(stride);
        const side = Math.ceil(SIDE / stride);
        const [y, winner] = pool.forward(tf, tf.upload(image(), [1, SIDE, SIDE, CHANNELS]), options) as [Raw, Raw];
        const dy = tf.upload(upstream(side), [1, side, side, CHANNELS]);
        const dx = pool.backward(tf, winner, dy, options);
        right = equal(toNumbers(y), expected.y) && equal(toNumbers(dx), expected.dx);
        return [];
      });
      return right;
    });
  } catch {
    return false; // It is not there: TensorFlow says so by an error.
  }
};

/** Negative, so that a border of zeros would win; few different numbers, so that many are equal. */
const image = (): Float32Array =>
  Float32Array.from({ length: SIDE * SIDE * CHANNELS }, (_, i) => -1 - ((i * 7919) % 3));
const upstream = (side: number): Float32Array =>
  Float32Array.from({ length: side * side * CHANNELS }, (_, i) => (i % 13) + 1);

const byHand = (stride: 1 | 2): { readonly y: Float32Array; readonly dx: Float32Array } => {
  const side = Math.ceil(SIDE / stride);
  const [x, dy] = [image(), upstream(side)];
  const y = new Float32Array(dy.length);
  const dx = new Float32Array(x.length);
  dy.forEach((gradient, i) => {
    const [pixel, channel] = [Math.floor(i / CHANNELS), i % CHANNELS];
    const [row, column] = [Math.floor(pixel / side) * stride, (pixel % side) * stride];
    let best = -1;
    for (let r = Math.max(row - 1, 0); r <= Math.min(row + 1, SIDE - 1); r++) {
      for (let c = Math.max(column - 1, 0); c <= Math.min(column + 1, SIDE - 1); c++) {
        const at = (r * SIDE + c) * CHANNELS + channel;
        if (best < 0 || (x[at] ?? 0) > (x[best] ?? 0)) best = at;
      }
    }
    y[i] = x[best] ?? 0;
    dx[best] = (dx[best] ?? 0) + gradient;
  });
  return { y, dx };
};

const equal = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => value === b[i]);
