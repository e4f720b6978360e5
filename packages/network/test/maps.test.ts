import { grad, type Tensor, type Tensor4D, tensor4d } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { rectified, signs, xnorFilters } from "../src/engine/maps.js";
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
});
