import { grads, memory, type Tensor, type Tensor2D, tensor, tensor2d, tidy } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { loadWasmKernels, projected, projectedValues } from "../src/index.js";

// What convolutions make of it is compared with the oracle on every backend (cases.ts). Here is what is special to it.

beforeAll(async () => {
  await loadWasmKernels();
});

const weightsThrough = (p: number): number[] =>
  tidy(() => [...projected(tensor2d([[0.5, -1.5, 0, 2]]), tensor2d([[p]]), { rate: 0 }).dataSync()]);

describe("a projection", () => {
  it("leaves weights as they are where its mean is above 0, turns them where it is below, and has no - where it is 0", () => {
    expect(weightsThrough(0.1)).toEqual([0.5, -1.5, 0, 2]);
    expect(weightsThrough(-3)).toEqual([-0.5, 1.5, -0, -2]);
    expect(weightsThrough(0)).toEqual([0.5, 1.5, 0, 2]);
  });

  it("goes by the mean of a plane in the forward pass", () => {
    const w = Float32Array.of(1, -2, 3, -4);
    expect([...projectedValues(w, Float32Array.of(-1, -1, -1, 2.5))]).toEqual([-1, 2, -3, 4]);
    expect([...projectedValues(w, Float32Array.of(-1, -1, -1, 3.5))]).toEqual([...w]);
  });

  it("keeps the sign of a product that 32 bits would round to 0", () => {
    const least = 2 ** -149;
    expect([...projectedValues(Float32Array.of(least, -least), Float32Array.of(-least))]).toEqual([-least, least]);
  });

  it("is refused in the shape of other weights", () => {
    const w = tensor(new Float32Array(18), [3, 3, 2]);
    expect(() => projected(w, tensor2d([[1]]), { rate: 0 })).toThrow(RangeError);
    expect(() => projected(tensor2d([[1, 2]]), tensor2d([[1, 1]]), { rate: 0 })).toThrow(/projection \[1,2\]/);
  });

  it("pulls weights and itself together, so that p * w comes nearer to what stands for w", () => {
    // With no gradient of the loss the projection loss alone is left.
    const w = tensor2d([[0.2, -0.9, 0.4]]);
    const p = tensor2d([[0.7]]);
    const off = (weights: readonly number[], projection: number): number => {
      const scale = [0.2, 0.9, 0.4].reduce((sum, value) => sum + value, 0) / 3;
      return weights.reduce((sum, value) => sum + (Math.sign(value) * scale - projection * value) ** 2, 0);
    };
    const f = (one: Tensor, other: Tensor) => projected(one as Tensor2D, other as Tensor2D, { rate: 0.1 });
    const [dw, dp] = grads(f)([w, p], tensor2d([[0, 0, 0]])).map((one) => [...one.dataSync()]);
    const stepped = [0.2, -0.9, 0.4].map((value, i) => value - 1000 * (dw?.[i] ?? Number.NaN));
    expect(off(stepped, 0.7)).toBeLessThan(off([0.2, -0.9, 0.4], 0.7));
    expect(off([0.2, -0.9, 0.4], 0.7 - 1000 * (dp?.[0] ?? Number.NaN))).toBeLessThan(off([0.2, -0.9, 0.4], 0.7));
  });

  it("leaves no tensor behind", () => {
    const [w, p] = [tensor2d([[0.5, -1.5]]), tensor2d([[1]])];
    const before = memory().numTensors;
    const f = (one: Tensor, other: Tensor) => projected(one as Tensor2D, other as Tensor2D, { rate: 0.1 });
    tidy(() => {
      grads(f)([w, p], tensor2d([[1, 1]]));
    });
    expect(memory().numTensors).toBe(before);
  });
});
