import { matMul, mul, reshape, type Tensor, type Tensor2D, type Tensor4D } from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { PointwiseOptions } from "../ops/pointwise.js";
import { gather, scatter } from "./grid.js";
import { mapInput, mapWeight, unmapInput, unmapWeight } from "./maps.js";

type Grad = Kernels["BnasPointwiseGradX"]["inputs"];

const pixels = (x: Tensor4D): Tensor2D => reshape(x, [-1, x.shape[3]]);

/** The pixels that are read. */
const sampled = (x: Tensor4D, { stride, offset }: PointwiseOptions): Tensor4D => {
  if (stride === 1 && offset === 0) return x;
  const [, height, width] = x.shape;
  const count = (extent: number) => Math.ceil((extent - offset) / stride);
  return gather(x, { row: offset, column: offset, height: count(height), width: count(width), stride });
};

export const pointwise = ({ x, w }: { x: Tensor4D; w: Tensor }, options: PointwiseOptions): Tensor4D => {
  const { taps, scale } = mapWeight(w as Tensor2D, options.weight);
  const input = sampled(x, options);
  const [batch, height, width] = input.shape;
  const y = mul(matMul(pixels(mapInput(input, options.input)), taps), scale);
  return reshape(y, [batch, height, width, w.shape[1] ?? 0]);
};

export const pointwiseGradX = ({ x, w, dy }: Grad, options: PointwiseOptions): Tensor4D => {
  const { taps, scale } = mapWeight(w as Tensor2D, options.weight);
  const [batch, height, width, channels] = x.shape;
  const [, rows, columns] = dy.shape;
  const dense = reshape(mul(matMul(pixels(dy), taps, false, true), scale), [
    batch,
    rows,
    columns,
    channels,
  ]) as Tensor4D;
  const { stride, offset } = options;
  const dx =
    stride === 1 && offset === 0 ? dense : scatter(dense, { row: offset, column: offset, height, width, stride });
  return unmapInput(dx, x, options.input);
};

export const pointwiseGradW = ({ x, w, dy }: Grad, options: PointwiseOptions): Tensor => {
  const input = pixels(mapInput(sampled(x, options), options.input));
  return unmapWeight(matMul(input, pixels(dy), true, false), w as Tensor2D, options.weight);
};
