import { stream } from "@bnas/search";
import { grads, type Tensor, type Tensor4D, tensor, tidy } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../src/engine/engine.js";
import { tensorLayers } from "../src/engine/tensor-layers.js";
import type { Layers, Xnor } from "../src/paper/layers.js";
import { conventionsWith, specWith } from "./builders.js";

// Scales of 1-bit weights by output channel, beside what the formula gives when each output channel is computed alone: there a
// channel is a whole tensor, and the kernels, which are held against an oracle, know the scale of that.

beforeAll(async () => {
  await (await openEngine("wasm")).activate();
});

const INPUTS = ["identity", "relu", "sign"] as const;
type Input = (typeof INPUTS)[number];

const numbers = (name: string, shape: readonly number[]): Tensor => {
  const { gaussian } = stream(3, name);
  const length = shape.reduce((product, extent) => product * extent, 1);
  return tensor(Float32Array.from({ length }, gaussian), [...shape]);
};

/** y, dx and dw of a convolution, as plain numbers. */
const throughAndBack = (
  xnor: Xnor,
  convolve: (net: Layers<Tensor4D>, x: Tensor4D) => Tensor4D,
  x: Tensor,
  w: Tensor,
): readonly (readonly number[])[] =>
  tidy(() => {
    const f = (image: Tensor, weights: Tensor): Tensor =>
      convolve(
        tensorLayers(specWith({}, conventionsWith({ xnor })), () => weights),
        image as Tensor4D,
      );
    const y = f(x, w);
    return [y, ...grads(f)([x, w], numbers("upstream", y.shape))].map((one) => [...one.dataSync()]);
  });

/** Channel c of numbers whose last axis has `channels`. */
const channelOf = (values: readonly number[], channels: number, c: number): number[] =>
  values.filter((_, i) => i % channels === c);

const close = (actual: readonly number[], expected: readonly number[]): number =>
  Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] ?? Number.NaN))));

describe("a convolution with a scale of 1-bit weights for each output channel", () => {
  it.each(INPUTS)("is, channel by channel, a depthwise convolution of that channel alone; input %s", (input) => {
    const [x, w] = [numbers("x", [2, 5, 5, 3]), numbers("w", [3, 3, 3])];
    const convolve = (net: Layers<Tensor4D>, image: Tensor4D): Tensor4D =>
      net.depthwise("w", image, { kernel: 3, stride: 1, dilation: 1, input, weight: "xnor" });
    const whole = throughAndBack("channel", convolve, x, w);
    const upstream = [...numbers("upstream", [2, 5, 5, 3]).dataSync()];
    for (const c of [0, 1, 2]) {
      const alone = aloneOf(convolve, channelTensor(x, c), channelTensor(w, c), channelOf(upstream, 3, c));
      whole.forEach((values, of) => {
        expect(close(channelOf(values, 3, c), alone[of] ?? []), `channel ${c}, result ${of}`).toBeLessThan(1e-5);
      });
    }
  });

  it.each(INPUTS)("is, column by column, a pointwise convolution of that column alone; input %s", (input) => {
    const [x, w] = [numbers("x", [2, 4, 4, 6]), numbers("w", [6, 2])];
    const convolve = pointwiseTo(input);
    const [y = [], dx = [], dw = []] = throughAndBack("channel", convolve(2), x, w);
    const upstream = [...numbers("upstream", [2, 4, 4, 2]).dataSync()];
    const columns = [0, 1].map((c) => aloneOf(convolve(1), x, channelTensor(w, c), channelOf(upstream, 2, c)));
    columns.forEach(([one = [], , dOne = []], c) => {
      expect(close(channelOf(y, 2, c), one)).toBeLessThan(1e-5);
      expect(close(channelOf(dw, 2, c), dOne)).toBeLessThan(1e-5);
    });
    // The image's gradient is the sum of what comes through each column.
    const sum = dx.map((_, i) => (columns[0]?.[1]?.[i] ?? 0) + (columns[1]?.[1]?.[i] ?? 0));
    expect(close(dx, sum)).toBeLessThan(1e-5);
  });

  it.each(INPUTS)("is, filter by filter, a 3x3 convolution of that filter alone; input %s", (input) => {
    const [x, w] = [numbers("x", [1, 4, 4, 2]), numbers("w", [3, 3, 2, 2])];
    const convolve =
      (out: number) =>
      (net: Layers<Tensor4D>, image: Tensor4D): Tensor4D =>
        net.conv3x3("w", image, { out, stride: 1, input, weight: "xnor" });
    const [y = [], , dw = []] = throughAndBack("channel", convolve(2), x, w);
    const upstream = [...numbers("upstream", [1, 4, 4, 2]).dataSync()];
    for (const c of [0, 1]) {
      const [one = [], , dOne = []] = aloneOf(convolve(1), x, channelTensor(w, c), channelOf(upstream, 2, c));
      expect(close(channelOf(y, 2, c), one)).toBeLessThan(1e-5);
      expect(close(channelOf(dw, 2, c), dOne)).toBeLessThan(1e-5);
    }
  });

  it("sums signs exactly: every result is a whole number times the scale of its channel", () => {
    const [x, w] = [numbers("x", [1, 4, 4, 50]), numbers("w", [50, 3])];
    const [y = []] = throughAndBack("channel", pointwiseTo("sign")(3), x, w);
    const weights = [...w.dataSync()];
    for (const [i, value] of y.entries()) {
      const scale = Math.fround(channelOf(weights, 3, i % 3).reduce((sum, one) => sum + Math.abs(one), 0) / 50);
      expect(value).toBe(Math.fround(Math.round(value / scale) * scale));
    }
  });
});

const pointwiseTo =
  (input: Input) =>
  (out: number) =>
  (net: Layers<Tensor4D>, image: Tensor4D): Tensor4D =>
    net.pointwise("w", image, { out, stride: 1, offset: 0, input, weight: "xnor" });

/** The last axis cut to channel c. */
const channelTensor = (t: Tensor, c: number): Tensor => {
  const channels = t.shape.at(-1) ?? 1;
  return tensor(channelOf([...t.dataSync()], channels, c), [...t.shape.slice(0, -1), 1]);
};

/** y, dx and dw with one scale for the tensor, for a given upstream gradient. */
const aloneOf = (
  convolve: (net: Layers<Tensor4D>, x: Tensor4D) => Tensor4D,
  x: Tensor,
  w: Tensor,
  upstream: readonly number[],
): readonly (readonly number[])[] =>
  tidy(() => {
    const f = (image: Tensor, weights: Tensor): Tensor =>
      convolve(
        tensorLayers(specWith(), () => weights),
        image as Tensor4D,
      );
    const y = f(x, w);
    return [y, ...grads(f)([x, w], tensor([...upstream], y.shape))].map((one) => [...one.dataSync()]);
  });
