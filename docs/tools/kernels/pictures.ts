import { ones, type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tensor2d } from "@tensorflow/tfjs-core";
import { avgPool } from "../../../packages/kernels/src/ops/avg-pool.js";
import { batchNorm } from "../../../packages/kernels/src/ops/batch-norm.js";
import { concatChannels } from "../../../packages/kernels/src/ops/concat-channels.js";
import { conv3x3 } from "../../../packages/kernels/src/ops/conv3x3.js";
import type { InputMap } from "../../../packages/kernels/src/ops/convolution.js";
import { depthwise } from "../../../packages/kernels/src/ops/depthwise.js";
import { globalAveragePool } from "../../../packages/kernels/src/ops/global-average-pool.js";
import { maxPool } from "../../../packages/kernels/src/ops/max-pool.js";
import { pointwise } from "../../../packages/kernels/src/ops/pointwise.js";
import { shuffleChannels } from "../../../packages/kernels/src/ops/shuffle-channels.js";
import { sliceChannels } from "../../../packages/kernels/src/ops/slice-channels.js";
import { weightedSum } from "../../../packages/kernels/src/ops/weighted-sum.js";
import { projected } from "../../../packages/kernels/src/quantizers/projection.js";
import { curvesSvg, gridsSvg } from "./plot.js";
import { channelsOf, type Probed, pixel, pixelsOf, responseOf } from "./probe.js";

/** A picture and what it shows. */
export type Picture = { readonly svg: () => string; readonly caption: string };

const image = (x: Tensor): Tensor4D => x as Tensor4D; // Every probe hands over an image: its shape says so.

const mapped =
  (input: InputMap): Probed =>
  (x) =>
    pointwise(image(x), tensor2d([[1]]), { input, weight: "real", stride: 1, offset: 0 });

const binarized: Probed = (w) =>
  pointwise(pixel(1), w as Tensor2D, { input: "identity", weight: "xnor", stride: 1, offset: 0 });

/** As one output of a convolution of PCNN: with an image of 1 the gradient at it is 1. */
const throughProjection =
  (p: number): Probed =>
  (w) =>
    binarized(projected(w as Tensor2D, tensor2d([[p]]), { rate: 0 }));

const filtered =
  (k: 3 | 5, dilation: 1 | 2): Probed =>
  (x) =>
    depthwise(image(x), ones([k, k, 1]), { input: "identity", weight: "real", stride: 1, dilation });

const read =
  (stride: 1 | 2, offset: 0 | 1): Probed =>
  (x) =>
    pointwise(image(x), tensor2d([[1]]), { input: "identity", weight: "real", stride, offset });

const stem =
  (stride: 1 | 2): Probed =>
  (x) =>
    conv3x3(image(x), ones([3, 3, 1, 1]), { stride, relu: false });

/** By the name of the declaration. Each is drawn by running the declaration itself. */
export const PICTURES: Readonly<Record<string, Picture>> = {
  sign: {
    svg: () => curvesSvg(responseOf(mapped("sign"), { y: "q(x)", dy: "dq/dx (STE)" })),
    caption: "The sign of an activation, and the gradient that goes through it.",
  },
  xnor: {
    svg: () => curvesSvg(responseOf(binarized, { y: "q(w)", dy: "dq/dw" }, [0.5, -0.5, 0.5, -0.5], [1, 5])),
    caption:
      "One weight w of five, the others 0.5 and -0.5: its binary form, and the gradient that goes through it. The scale grows " +
      "with |w|, by 1/n: that is the part of the gradient that stays where |w| > 1.",
  },
  projected: {
    svg: () =>
      curvesSvg(responseOf(throughProjection(0.5), { y: "q(w)", dy: "dq/dw" }, [0.5, -0.5, 0.5, -0.5], [1, 5])),
    caption:
      "One weight w of five, the others 0.5 and -0.5, with the projection 0.5: its binary form, and the gradient that goes through it, " +
      "which is the projection itself where |p w| is at most 1. The projection loss is too small to be seen.",
  },
  InputMap: {
    svg: () => curvesSvg(responseOf(mapped("relu"), { y: "q(x), relu", dy: "dq/dx" })),
    caption: "The map relu and its gradient. [sign](sign.md) has a page of its own; identity changes nothing.",
  },
  depthwise: {
    svg: () =>
      gridsSvg([
        pixelsOf("3 x 3", filtered(3, 1), 9, 40),
        pixelsOf("3 x 3, dilation 2", filtered(3, 2), 9, 40),
        pixelsOf("5 x 5", filtered(5, 1), 9, 40),
        pixelsOf("5 x 5, dilation 2", filtered(5, 2), 9, 40),
      ]),
    caption:
      "The gradient of the output in the middle at every pixel of the input, for filters of ones: what an output reads.",
  },
  pointwise: {
    svg: () =>
      gridsSvg([
        pixelsOf("stride 1", read(1, 0), 6),
        pixelsOf("stride 2, offset 0", read(2, 0), 6),
        pixelsOf("stride 2, offset 1", read(2, 1), 6),
      ]),
    caption:
      "The gradient of the sum of all outputs at every pixel of the input, for the weight 1: which pixels are read. The two grids " +
      "of a factorized reduce share none.",
  },
  conv3x3: {
    svg: () =>
      gridsSvg([
        pixelsOf("one output", stem(1), 6, 14),
        pixelsOf("all outputs, stride 1", stem(1), 6),
        pixelsOf("all outputs, stride 2", stem(2), 6),
      ]),
    caption:
      "The gradient of one output, and of the sum of all, at every pixel of the input, for filters of ones: how many outputs read " +
      "a pixel.",
  },
  batchNorm: {
    svg: () =>
      curvesSvg(
        responseOf(
          (x) => batchNorm(image(x))[0],
          { y: "y(x)", dy: "dy/dx" },
          [-1, -0.5, 0, 0, 0.5, 1, 0],
          [8, 1, 1, 1],
        ),
      ),
    caption:
      "One value x of a batch of eight, the others between -1 and 1: its normalized value, and the gradient. The further it is " +
      "from the others, the more it sets the deviation that it is divided by.",
  },
  maxPool: {
    svg: () =>
      curvesSvg(
        responseOf(
          (x) => maxPool(image(x), { size: 2, stride: 2 }),
          { y: "y(x)", dy: "dy/dx" },
          [0.5, -0.5, 0],
          [1, 2, 2, 1],
        ),
      ),
    caption:
      "The first pixel x of a 2 x 2 window, the largest of the others 0.5: the maximum, and the gradient. x wins the tie.",
  },
  avgPool: {
    svg: () => {
      const pool: Probed = (x) => avgPool(image(x), { stride: 1 });
      return gridsSvg([
        pixelsOf("corner", pool, 5, 0),
        pixelsOf("edge", pool, 5, 2),
        pixelsOf("middle", pool, 5, 12),
        pixelsOf("all outputs, stride 2", (x) => avgPool(image(x), { stride: 2 }), 5),
      ]);
    },
    caption:
      "The gradient of one output, and of the sum of all, at every pixel of the input: 1/4, 1/6 or 1/9 of it each.",
  },
  globalAveragePool: {
    svg: () => gridsSvg([pixelsOf("the one output", (x) => globalAveragePool(image(x)), 4)]),
    caption: "The gradient of the output at every pixel of the input.",
  },
  weightedSum: {
    svg: () =>
      curvesSvg(
        responseOf((p) => weightedSum([pixel(1.5), pixel(-1)], p as Tensor1D), { y: "y(p)", dy: "dy/dp" }, [0.5], [2]),
      ),
    caption:
      "The weight p of a pixel of 1.5, beside a pixel of -1 that weighs 0.5: the sum, and the gradient, which is the pixel.",
  },
  concatChannels: {
    svg: () =>
      gridsSvg([
        channelsOf("the first image", (x) => concatChannels([image(x), pixel(1, 1)]), 3),
        channelsOf("the second image", (x) => concatChannels([pixel(1, 1, 1), image(x)]), 2),
      ]),
    caption: "The gradient of every output channel at every channel of two images, of three channels and of two.",
  },
  sliceChannels: {
    svg: () => gridsSvg([channelsOf("begin 1, size 2", (x) => sliceChannels(image(x), { begin: 1, size: 2 }), 6)]),
    caption: "The gradient of every output channel at every input channel.",
  },
  shuffleChannels: {
    svg: () =>
      gridsSvg([
        channelsOf("2 groups", (x) => shuffleChannels(image(x), { groups: 2 }), 8),
        channelsOf("4 groups", (x) => shuffleChannels(image(x), { groups: 4 }), 8),
      ]),
    caption:
      "The gradient of every output channel at every input channel: where a channel goes. Each of the two undoes the other.",
  },
};
