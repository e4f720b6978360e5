import {
  addN,
  cast,
  depthwiseConv2d,
  div,
  equal,
  fill,
  greater,
  maximum,
  mean,
  mul,
  ones,
  type Tensor4D,
  tile,
  where,
  zeros,
} from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { AvgPoolOptions } from "../ops/avg-pool.js";
import type { MaxPoolOptions } from "../ops/max-pool.js";
import type { Extent } from "../ops/shapes.js";
import { gather, padded, scatter } from "./grid.js";

/** Less than any activation. Not -Infinity: -Infinity times a mask of zeros is NaN. */
const LEAST = -3.4e38;

const geometry = ({ size, stride, height, width }: MaxPoolOptions & Extent) => {
  const border = size === 3 ? 1 : 0;
  const count = (extent: number) => Math.floor((extent + 2 * border - size) / stride) + 1;
  const taps = Array.from({ length: size * size }, (_, tap) => ({ row: Math.floor(tap / size), column: tap % size }));
  return { border, taps, window: { height: count(height), width: count(width), stride } };
};

/** The second output numbers the winning tap of the window, as a 32-bit integer. */
export const maxPool = ({ x }: { x: Tensor4D }, options: MaxPoolOptions & Extent): [Tensor4D, Tensor4D] => {
  const { border, taps, window } = geometry(options);
  const input = padded(x, border, LEAST);
  const [first, ...rest] = taps.map((tap) => gather(input, { ...tap, ...window }));
  if (first === undefined) throw new Error("a pooling window has at least one tap");
  let best = first;
  let winner: Tensor4D = zeros(first.shape, "int32");
  rest.forEach((candidate, index) => {
    winner = where(greater(candidate, best), fill(first.shape, index + 1, "int32"), winner);
    best = maximum(candidate, best);
  });
  return [best, winner];
};

export const maxPoolGrad = (
  { winner, dy }: Kernels["BnasMaxPoolGrad"]["inputs"],
  options: MaxPoolOptions & Extent,
): Tensor4D => {
  const { border, taps, window } = geometry(options);
  const { height, width } = options;
  const whole = { height: height + 2 * border, width: width + 2 * border, stride: window.stride };
  const parts = taps.map((tap, index) => scatter(mul(dy, cast(equal(winner, index), "float32")), { ...tap, ...whole }));
  return gather(addN(parts), { row: border, column: border, height, width, stride: 1 });
};

/** Sum over the 3x3 neighbourhood of images padded by 1, as a depthwise convolution with ones. */
const neighbourhood = (x: Tensor4D, stride: 1 | 2): Tensor4D =>
  depthwiseConv2d(x, ones([3, 3, x.shape[3], 1]) as Tensor4D, stride, "valid");

/** How many pixels of the image each window holds, [1, height, width, 1]. */
const population = ({ height, width, stride }: AvgPoolOptions & Extent): Tensor4D =>
  neighbourhood(padded(ones([1, height, width, 1]), 1), stride);

export const avgPool = ({ x }: { x: Tensor4D }, options: AvgPoolOptions & Extent): Tensor4D =>
  div(neighbourhood(padded(x, 1), options.stride), population(options));

export const avgPoolGrad = ({ dy }: { dy: Tensor4D }, options: AvgPoolOptions & Extent): Tensor4D => {
  const { height, width, stride } = options;
  const share: Tensor4D = div(dy, population(options));
  return neighbourhood(scatter(share, { row: 1, column: 1, height: height + 2, width: width + 2, stride }), 1);
};

export const globalAveragePool = ({ x }: { x: Tensor4D }): Tensor4D => mean(x, [1, 2], true);

export const globalAveragePoolGrad = ({ dy }: { dy: Tensor4D }, { height, width }: Extent): Tensor4D =>
  tile(mul(dy, 1 / (height * width)), [1, height, width, 1]);
