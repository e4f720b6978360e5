import { grad, type Tensor, type Tensor4D, tensor4d } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import {
  channelScales,
  channelSigns,
  channelXnor,
  rectified,
  scaledChannels,
  signs,
  xnorFilters,
} from "../src/engine/maps.js";
import { openEngine } from "../src/index.js";

beforeAll(async () => {
  await (await openEngine("cpu")).activate();
});

const given = (): Tensor4D => tensor4d([-2, -0.5, 0, 0.5, 2], [1, 1, 5, 1]);
const throughAndBack = (map: (x: Tensor4D) => Tensor4D, x: Tensor4D): number[][] => [
  [...map(x).dataSync()],
  [...grad((one: Tensor) => map(one as Tensor4D))(x).dataSync()],
];

describe("a map before a layer", () => {
  it("rectifies, and lets no gradient through where it gives 0", () => {
    expect(throughAndBack(rectified, given())).toEqual([
      [0, 0, 0, 0.5, 2],
      [0, 0, 0, 1, 1],
    ]);
  });

  it("takes signs, of which that of 0 is +1, and lets the gradient through from -1 to 1", () => {
    expect(throughAndBack(signs, given())).toEqual([
      [-1, -1, 1, 1, 1],
      [0, 1, 1, 1, 0],
    ]);
  });

  it("makes of filters what the kernels make of the weights of other convolutions", () => {
    // The example of the quantizer xnor of @bnas/kernels.
    expect(throughAndBack(xnorFilters, tensor4d([0.5, -1.5, 0, 2], [1, 1, 1, 4]))).toEqual([
      [1, -1, 1, 1],
      [1.25, 0.25, 1.25, 0.25],
    ]);
  });

  it("makes of weights with a scale by channel their signs times the mean magnitude of their channel", () => {
    // Channels [0.5, -1.5] of mean magnitude 1 and [0, 3] of 1.5: two weights each, so 1/n is 0.5.
    expect(throughAndBack(channelXnor, tensor4d([0.5, 0, -1.5, 3], [1, 1, 2, 2]))).toEqual([
      [1, 1.5, -1, 1.5],
      [1.5, 2, 0.5, 0.5],
    ]);
  });

  it("makes the same of their signs and a sum that is scaled afterwards, forward and backward", () => {
    const scaled = (w: Tensor4D): Tensor4D => {
      const scales = channelScales(w);
      return scaledChannels(channelSigns(w, scales), scales);
    };
    const weights = tensor4d([0.5, 0, -1.5, 3], [1, 1, 2, 2]);
    expect(throughAndBack(scaled, weights)).toEqual(throughAndBack(channelXnor, weights));
  });

  it("gives a channel of zeros a scale of nothing, and weights that still learn", () => {
    const [forward = [], backward = []] = throughAndBack(
      (w) => {
        const scales = channelScales(w);
        return scaledChannels(channelSigns(w, scales), scales);
      },
      tensor4d([0, 0, 0, 0], [1, 1, 4, 1]),
    );
    for (const value of forward) expect(value).toBeCloseTo(0, 12);
    for (const value of backward) expect(value).toBeCloseTo(0.25, 6);
  });
});
