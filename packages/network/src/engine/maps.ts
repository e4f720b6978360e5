import {
  abs,
  cast,
  customGrad,
  greaterEqual,
  lessEqual,
  mul,
  relu,
  step,
  sub,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor1d,
  tensor4d,
} from "@tensorflow/tfjs-core";

// Maps that stand before a layer whose kernel does not have them. Their gradients are those of @bnas/kernels (quantizers).

/** max(x, 0). The gradient at 0 is 0. */
export const rectified = (x: Tensor4D): Tensor4D => {
  const op = customGrad((...inputs) => {
    const [value, save] = inputs as unknown as [Tensor4D, (saved: Tensor[]) => void];
    save([value]);
    return {
      value: relu(value) as Tensor,
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, step(saved ?? value)),
    };
  });
  return op(x) as Tensor4D; // customGrad is typed for any tensor.
};

/** 1 where x >= 0, else -1; the gradient passes where |x| <= 1 (straight-through estimator). */
export const signs = (x: Tensor4D): Tensor4D => {
  const op = customGrad((...inputs) => {
    const [value, save] = inputs as unknown as [Tensor4D, (saved: Tensor[]) => void];
    save([value]);
    return {
      value: sub(mul(cast(greaterEqual(value, 0), "float32"), 2), 1) as Tensor,
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, cast(lessEqual(abs(saved ?? value), 1), "float32")),
    };
  });
  return op(x) as Tensor4D;
};

/**
 * Filters in the form of XNOR-Net: their signs times the mean of their magnitudes. The gradient is dq * (1/n + a * [|w| <= 1]), as in
 * @bnas/kernels. Filters are small, so this is computed here and not by the engine.
 */
export const xnorFilters = (w: Tensor4D): Tensor4D => {
  const op = customGrad((...inputs) => {
    const [filters] = inputs as unknown as [Tensor4D];
    const values = filters.dataSync<"float32">();
    const scale = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
    const factors = Float32Array.from(values, (value) => 1 / values.length + (Math.abs(value) <= 1 ? scale : 0));
    return {
      value: tensor4d(
        Float32Array.from(values, (value) => (value >= 0 ? scale : -scale)),
        filters.shape,
      ) as Tensor,
      gradFunc: (dy: Tensor) => mul(dy, tensor4d(factors, filters.shape)),
    };
  });
  return op(w) as Tensor4D;
};

/** What a scale is at least: so small that a sum times it is nothing, so large that its reciprocal is a number. */
const LEAST_SCALE = 2 ** -60;

/** The mean magnitude of the weights of each output channel, the last axis of w. */
export const channelScales = (w: Tensor): Float32Array => meanMagnitudes(w.dataSync<"float32">(), w.shape.at(-1) ?? 1);

/** The same of weights [..., channels], row-major. */
export const meanMagnitudes = (values: Float32Array, channels: number): Float32Array => {
  const sums = new Float64Array(channels);
  for (const [i, value] of values.entries()) sums[i % channels] = (sums[i % channels] ?? 0) + Math.abs(value);
  return Float32Array.from(sums, (sum) => Math.max((channels * sum) / values.length, LEAST_SCALE));
};

/**
 * The XNOR form of weights with one scale a for each output channel (XNOR-Net, section 3.1): their signs times the mean magnitude of the n
 * weights of their channel. The gradient is dq * (1/n + a * [|w| <= 1]): that of xnor in @bnas/kernels, a channel at a time.
 */
export const channelXnor = <W extends Tensor>(w: W): W =>
  channelMap(
    w,
    channelScales(w),
    (sign, a) => sign * a,
    (inside, a, n) => 1 / n + inside * a,
  );

/**
 * The signs of these weights, for a sum that is multiplied by the scales afterwards: the gradient that comes back has been, too, so it is
 * dq * a, and what is left to multiply it by is (1/n + a * [|w| <= 1]) / a.
 */
export const channelSigns = <W extends Tensor>(w: W, scales: Float32Array): W =>
  channelMap(
    w,
    scales,
    (sign) => sign,
    (inside, a, n) => 1 / (n * a) + inside,
  );

/** Weights are few, so these are computed here and not by the engine. @param n of `factor`: the weights of a channel */
const channelMap = <W extends Tensor>(
  w: W,
  scales: Float32Array,
  value: (sign: 1 | -1, a: number) => number,
  factor: (inside: 0 | 1, a: number, n: number) => number,
): W => {
  const { length: channels } = scales;
  const op = customGrad((input) => {
    const given = input as Tensor; // What op is called with below.
    const values = given.dataSync<"float32">();
    const n = values.length / channels;
    const scaleOf = (i: number): number => scales[i % channels] ?? 1;
    const factors = Float32Array.from(values, (v, i) => factor(Math.abs(v) <= 1 ? 1 : 0, scaleOf(i), n));
    return {
      value: tensor(
        Float32Array.from(values, (v, i) => value(v >= 0 ? 1 : -1, scaleOf(i))),
        given.shape,
      ),
      gradFunc: (dy: Tensor) => mul(dy, tensor(factors, given.shape)),
    };
  });
  return op(w) as W; // It has the shape of w; customGrad is typed for any tensor.
};

/** x [b,h,w,c] times one number a channel. */
export const scaledChannels = (x: Tensor4D, scales: Float32Array): Tensor4D => {
  const op = customGrad((given) => ({
    value: mul<Tensor>(given as Tensor, tensor1d(scales)),
    gradFunc: (dy: Tensor) => mul<Tensor>(dy, tensor1d(scales)),
  }));
  return op(x) as Tensor4D;
};
