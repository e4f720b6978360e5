import {
  depthwiseConv2d,
  mul,
  reshape,
  reverse,
  stack,
  sum,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { DepthwiseOptions } from "../ops/depthwise.js";
import { gather, padded, scatter } from "./grid.js";
import { mapInput, mapWeight, unmapInput, unmapWeight } from "./maps.js";

type Grad = Kernels["BnasDepthwiseGradX"]["inputs"];

const border = (w: Tensor, { dilation }: DepthwiseOptions): number => (dilation * (size(w) - 1)) / 2;
const size = (w: Tensor): number => w.shape[0] ?? 0;

/** Valid convolution of padded images; strides after a dilated one, because the core API takes either, not both. */
const convolve = (x: Tensor4D, taps: Tensor, { stride, dilation }: { stride: 1 | 2; dilation: 1 | 2 }): Tensor4D => {
  const [k, , channels] = taps.shape as [number, number, number];
  const filter = reshape(taps, [k, k, channels, 1]) as Tensor4D;
  if (dilation === 1 || stride === 1) return depthwiseConv2d(x, filter, stride, "valid", "NHWC", dilation);
  const dense = depthwiseConv2d(x, filter, 1, "valid", "NHWC", dilation);
  const [, height, width] = dense.shape;
  return gather(dense, { row: 0, column: 0, height: Math.ceil(height / 2), width: Math.ceil(width / 2), stride: 2 });
};

export const depthwise = ({ x, w }: { x: Tensor4D; w: Tensor }, options: DepthwiseOptions): Tensor4D => {
  const { taps, scale } = mapWeight(w, options.weight);
  return mul(convolve(padded(mapInput(x, options.input), border(w, options)), taps, options), scale);
};

/** The forward convolution of the spread-out gradient with the filter turned by 180 degrees. */
export const depthwiseGradX = ({ x, w, dy }: Grad, options: DepthwiseOptions): Tensor4D => {
  const { taps, scale } = mapWeight(w, options.weight);
  const p = border(w, options);
  const [, height, width] = x.shape;
  const spread = scatter(dy, {
    row: p,
    column: p,
    height: height + 2 * p,
    width: width + 2 * p,
    stride: options.stride,
  });
  const dx = convolve(spread, reverse(taps, [0, 1]), { stride: 1, dilation: options.dilation });
  return unmapInput(mul(dx, scale), x, options.input);
};

/** One inner product a tap: TensorFlow's own dilated filter gradient is wrong on CPU, and the core API has none. */
export const depthwiseGradW = ({ x, w, dy }: Grad, options: DepthwiseOptions): Tensor => {
  const input = padded(mapInput(x, options.input), border(w, options));
  const [, height, width] = dy.shape;
  const k = size(w);
  const taps = Array.from({ length: k * k }, (_, tap) => {
    const at = { row: Math.floor(tap / k) * options.dilation, column: (tap % k) * options.dilation };
    return sum(mul(gather(input, { ...at, height, width, stride: options.stride }), dy), [0, 1, 2]);
  });
  return unmapWeight(reshape(stack(taps), [k, k, w.shape[2] ?? 0]) as Tensor3D, w as Tensor3D, options.weight);
};
