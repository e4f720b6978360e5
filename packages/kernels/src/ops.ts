import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, util } from "@tensorflow/tfjs-core";
import {
  type AvgPoolOptions,
  type Conv3x3Options,
  type DepthwiseOptions,
  type Extent,
  type MaxPoolOptions,
  type PointwiseOptions,
  run,
  type ShuffleOptions,
  type SliceOptions,
} from "./contract.js";

// The operations of the network as kernels of TensorFlow.js, each with its gradient (gradients.ts). A backend joins by
// registering kernels of these names: wasm/ has the fast ones, portable.ts composes them from the core API.
// All activations are [batch, height, width, channels], 32-bit float. sign(x) is +1 for x >= 0 and -1 otherwise.

export type { ConvOptions, InputMap, WeightMap } from "./contract.js";

/** Kernels trust their shapes: with a wrong one they would read a neighbour's values. */
const check = util.assert;
const beside = (name: string, x: Tensor4D, other: Tensor4D, dimensions: number): void =>
  check(
    util.arraysEqual(x.shape.slice(0, dimensions), other.shape.slice(0, dimensions)),
    () => `${name}: [${other.shape}] beside [${x.shape}]`,
  );

const extent = (x: Tensor4D): Extent => ({ height: x.shape[1], width: x.shape[2] });

// The tape asks for gradients in the order in which the inputs are given: for those of the weights, then for the input's.

/** Depthwise k x k convolution, zero padding dilation*(k-1)/2. x [b,h,w,c], w [k,k,c] -> [b,ceil(h/stride),ceil(w/stride),c]. */
export const depthwise = (x: Tensor4D, w: Tensor, options: DepthwiseOptions): Tensor4D => {
  const c = x.shape[3];
  check(
    [3, 5].some((k) => util.arraysEqual(w.shape, [k, k, c])),
    () => `depthwise: w is [${w.shape}], not [3,3,${c}] or [5,5,${c}]`,
  );
  return run("BnasDepthwise", { w, x }, options);
};

/** 1x1 convolution. x [b,h,w,ci], w [ci,co] -> [b,h,w,co]; with stride 2 it reads pixels (2i+offset, 2j+offset), as the
 * factorized reduce does -> [b,floor((h-offset+1)/2),...,co] (h and w even). */
export const pointwise = (x: Tensor4D, w: Tensor2D, options: PointwiseOptions): Tensor4D => {
  const c = x.shape[3];
  check(w.rank === 2 && w.shape[0] === c, () => `pointwise: w is [${w.shape}], not [${c},outputs]`);
  return run("BnasPointwise", { w, x }, options);
};

/** Full-precision 3x3 convolution, padding 1. x [b,h,w,ci], w [3,3,ci,co]. `relu` is applied to the input. */
export const conv3x3 = (x: Tensor4D, w: Tensor4D, options: Conv3x3Options): Tensor4D => {
  const c = x.shape[3];
  check(util.arraysEqual(w.shape.slice(0, 3), [3, 3, c]), () => `conv3x3: w is [${w.shape}], not [3,3,${c},outputs]`);
  return run("BnasConv3x3", { x, w }, options);
};

/** Batch norm by the statistics of the batch, no affine part, epsilon 1e-5. Gives [y, mean of channels, biased variance
 * of channels]; gradients flow through y only. */
export const batchNorm = (x: Tensor4D): [Tensor4D, Tensor1D, Tensor1D] => run("BnasBatchNorm", { x }, {});

/** 3x3 (padding 1) or 2x2 (no padding) max-pooling. Of equal values the first in row order gets the gradient. */
export const maxPool = (x: Tensor4D, options: MaxPoolOptions): Tensor4D => {
  const [y, winner] = run("BnasMaxPool", { x }, { ...options, ...extent(x) });
  winner.dispose(); // The tape, if one is running, has a reference of its own.
  return y;
};

/** 3x3 average pooling, padding 1; the average excludes the padding. */
export const avgPool = (x: Tensor4D, options: AvgPoolOptions): Tensor4D =>
  run("BnasAvgPool", { x }, { ...options, ...extent(x) });

/** Sum of weights[i] * xs[i]; gradients flow to the weights too. xs of one shape, weights [xs.length]. */
export const weightedSum = (xs: readonly Tensor4D[], weights: Tensor1D): Tensor4D => {
  const [first, ...rest] = xs;
  for (const x of rest) if (first) beside("weightedSum", first, x, 4);
  check(weights.size === xs.length, () => `weightedSum: ${weights.size} weights for ${xs.length} tensors`);
  return run("BnasWeightedSum", [weights, ...xs], {});
};

/** Concatenation of channels, in order. */
export const concatChannels = (xs: readonly Tensor4D[]): Tensor4D => {
  const [first, ...rest] = xs;
  for (const x of rest) if (first) beside("concatChannels", first, x, 3);
  return run("BnasConcat", xs, { sizes: xs.map((x) => x.shape[3]) });
};

/** The channels [begin, begin + size). */
export const sliceChannels = (x: Tensor4D, options: SliceOptions): Tensor4D => {
  const { begin, size } = options;
  const channels = x.shape[3];
  check(
    begin >= 0 && size > 0 && begin + size <= channels,
    () => `sliceChannels: channels ${begin} to ${begin + size} of ${channels}`,
  );
  return run("BnasSlice", { x }, { begin, size, channels });
};

/** Channel shuffle of PC-DARTS: channel g*n+i goes to i*groups+g (c = groups*n). */
export const shuffleChannels = (x: Tensor4D, options: ShuffleOptions): Tensor4D => {
  const { groups } = options;
  check(x.shape[3] % groups === 0, () => `shuffleChannels: ${x.shape[3]} channels in ${groups} groups`);
  return run("BnasShuffle", { x }, options);
};

/** Mean over height and width. x [b,h,w,c] -> [b,1,1,c]. */
export const globalAveragePool = (x: Tensor4D): Tensor4D => run("BnasGlobalAveragePool", { x }, extent(x));
