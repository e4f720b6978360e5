import {
  engine,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";

// The operations of the network as kernels of TensorFlow.js, each with its gradient (gradients.ts). A backend joins by
// registering kernels of these names: wasm/ has the fast ones, portable.ts composes them from the core API.
// All activations are [batch, height, width, channels], 32-bit float. sign(x) is +1 for x >= 0 and -1 otherwise.

/** What is applied to the input before a convolution: its gradient is 1[x > 0] for relu, 1[|x| <= 1] for sign (STE). */
export type InputMap = "identity" | "relu" | "sign";

/** How the weights enter. `xnor`: y = a * conv(., sign(w)), a = mean |w| over the whole tensor, multiplied after the
 * sum; dL/dw = dL/dw_b * (1/n + a * 1[|w| <= 1]) (XNOR-Net; paper.md section 2). */
export type WeightMap = "real" | "xnor";

export type ConvOptions = { readonly input: InputMap; readonly weight: WeightMap };

const run = <T>(name: string, inputs: Record<string, Tensor>, attrs: object = {}): T =>
  engine().runKernel(name, inputs as unknown as NamedTensorMap, attrs as NamedAttrMap) as unknown as T;

/** Depthwise k x k convolution, zero padding dilation*(k-1)/2. x [b,h,w,c], w [k,k,c] -> [b,ceil(h/stride),ceil(w/stride),c]. */
export const depthwise = (
  x: Tensor4D,
  w: Tensor,
  options: ConvOptions & { readonly stride: 1 | 2; readonly dilation: 1 | 2 },
): Tensor4D => run("BnasDepthwise", { x, w }, options);

/** 1x1 convolution. x [b,h,w,ci], w [ci,co] -> [b,h,w,co]; with stride 2 it reads pixels (2i+offset, 2j+offset), as the
 * factorized reduce does -> [b,floor((h-offset+1)/2),...,co] (h and w even). */
export const pointwise = (
  x: Tensor4D,
  w: Tensor2D,
  options: ConvOptions & { readonly stride: 1 | 2; readonly offset: 0 | 1 },
): Tensor4D => run("BnasPointwise", { x, w }, options);

/** Full-precision 3x3 convolution, padding 1. x [b,h,w,ci], w [3,3,ci,co]. `relu` is applied to the input. */
export const conv3x3 = (
  x: Tensor4D,
  w: Tensor4D,
  options: { readonly stride: 1 | 2; readonly relu: boolean },
): Tensor4D => run("BnasConv3x3", { x, w }, options);

/** Batch norm by the statistics of the batch, no affine part, epsilon 1e-5. Gives [y, mean of channels, biased variance of channels]. */
export const batchNorm = (x: Tensor4D): [Tensor4D, Tensor1D, Tensor1D] => run("BnasBatchNorm", { x });

/** 3x3 (padding 1) or 2x2 (no padding, stride 2) max-pooling. Of equal values the first in row order gets the gradient. */
export const maxPool = (x: Tensor4D, options: { readonly size: 2 | 3; readonly stride: 1 | 2 }): Tensor4D =>
  run("BnasMaxPool", { x }, options);

/** 3x3 average pooling, padding 1; the average excludes the padding. */
export const avgPool = (x: Tensor4D, options: { readonly stride: 1 | 2 }): Tensor4D =>
  run("BnasAvgPool", { x }, options);

/** Sum of weights[i] * xs[i]; gradients flow to the weights too. xs of one shape, weights [xs.length]. */
export const weightedSum = (xs: readonly Tensor4D[], weights: Tensor1D): Tensor4D =>
  run("BnasWeightedSum", { weights, ...Object.fromEntries(xs.map((x, i) => [`x${i}`, x])) });

/** Concatenation of channels, in order. */
export const concatChannels = (xs: readonly Tensor4D[]): Tensor4D =>
  run("BnasConcat", Object.fromEntries(xs.map((x, i) => [`x${i}`, x])));

/** The channels [begin, begin + size). */
export const sliceChannels = (x: Tensor4D, options: { readonly begin: number; readonly size: number }): Tensor4D =>
  run("BnasSlice", { x }, options);

/** Channel shuffle of PC-DARTS: channel g*n+i goes to i*groups+g (c = groups*n). */
export const shuffleChannels = (x: Tensor4D, options: { readonly groups: number }): Tensor4D =>
  run("BnasShuffle", { x }, options);

/** Mean over height and width. x [b,h,w,c] -> [b,1,1,c]. */
export const globalAveragePool = (x: Tensor4D): Tensor4D => run("BnasGlobalAveragePool", { x });
