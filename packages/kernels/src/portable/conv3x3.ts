import {
  conv2d,
  matMul,
  relu,
  reshape,
  reverse,
  stack,
  type Tensor,
  type Tensor4D,
  transpose,
} from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { Conv3x3Options } from "../ops/conv3x3.js";
import { gather, padded, scatter } from "./grid.js";
import { unmapInput } from "./maps.js";

type Grad = Kernels["BnasConv3x3GradX"]["inputs"];

const mapped = (x: Tensor4D, options: Conv3x3Options): Tensor4D => (options.relu ? relu(x) : x);

export const conv3x3 = ({ x, w }: { x: Tensor4D; w: Tensor }, options: Conv3x3Options): Tensor4D =>
  conv2d(padded(mapped(x, options), 1), w as Tensor4D, options.stride, "valid");

export const conv3x3GradX = ({ x, w, dy }: Grad, options: Conv3x3Options): Tensor4D => {
  const [, height, width] = x.shape;
  const spread = scatter(dy, { row: 1, column: 1, height: height + 2, width: width + 2, stride: options.stride });
  const turned = transpose(reverse(w as Tensor4D, [0, 1]), [0, 1, 3, 2]) as Tensor4D;
  return unmapInput(conv2d(spread, turned, 1, "valid"), x, options.relu ? "relu" : "identity");
};

export const conv3x3GradW = ({ x, w, dy }: Grad, options: Conv3x3Options): Tensor => {
  const input = padded(mapped(x, options), 1);
  const [, height, width, outputs] = dy.shape;
  const taps = Array.from({ length: 9 }, (_, tap) => {
    const at = { row: Math.floor(tap / 3), column: tap % 3, height, width, stride: options.stride };
    return matMul(reshape(gather(input, at), [-1, x.shape[3]]), reshape(dy, [-1, outputs]), true, false);
  });
  return reshape(stack(taps), w.shape);
};
