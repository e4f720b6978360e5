import { describe, expect, it } from "vitest";
import { cases, values } from "./cases.js";
import type { Values } from "./oracle.js";
import { error } from "./specification.js";

/** (L(v + h) - L(v - h)) / 2h for every element of one input, L being the inner product with dy. */
const differences = (
  loss: (inputs: readonly Values[]) => number,
  inputs: readonly Values[],
  index: number,
): number[] => {
  const h = 1e-5;
  const moved = (element: number, by: number) =>
    loss(inputs.map((v, i) => (i === index ? { ...v, data: v.data.map((x, e) => (e === element ? x + by : x)) } : v)));
  return Array.from(inputs[index]?.data ?? [], (_, e) => (moved(e, h) - moved(e, -h)) / (2 * h));
};

/** Where the function has no corner, or the gradient is not a derivative on purpose (sign). */
const smooth = cases.filter(
  ({ name, inputs }) =>
    !/relu|sign|xnor|projected|maxPool/.test(name) && inputs.reduce((sum, { data }) => sum + data.length, 0) < 200,
);

describe("the oracle", () => {
  it("has the gradients that finite differences give, for every smooth operation", () => {
    const checked = new Set<string>();
    for (const { name, inputs, oracle } of smooth) {
      const dy = values(oracle.forward(inputs).shape, 99);
      const loss = (at: readonly Values[]) =>
        oracle.forward(at).data.reduce((sum, y, i) => sum + y * (dy.data[i] ?? 0), 0);
      oracle.gradient(inputs, dy).forEach((gradient, index) => {
        const off = error(gradient.data, differences(loss, inputs, index));
        expect([name, index, off < 1e-5 ? "close" : off]).toEqual([name, index, "close"]);
      });
      checked.add(name.split(" ")[0] ?? "");
    }
    expect([...checked].sort()).toEqual([
      "avgPool",
      "batchNorm",
      "concatChannels",
      "conv3x3",
      "depthwise",
      "globalAveragePool",
      "pointwise",
      "shuffleChannels",
      "sliceChannels",
      "weightedSum",
    ]);
  });

  it("takes 0 and -0 as +1 under sign, and lets gradients pass up to and including 1", async () => {
    const { pointwise } = await import("./oracle.js");
    const sign = pointwise({ input: "sign", weight: "real", stride: 1, offset: 0 });
    const x: Values = { shape: [1, 1, 6, 1], data: Float64Array.of(0, -0, 1, -1, 1.5, -1.5) };
    const w: Values = { shape: [1, 1], data: Float64Array.of(3) };
    expect([...sign.forward([x, w]).data]).toEqual([3, 3, 3, -3, 3, -3]);
    const ones: Values = { shape: x.shape, data: new Float64Array(6).fill(1) };
    expect(sign.gradient([x, w], ones).map(({ data }) => [...data])).toEqual([[3, 3, 3, 3, 0, 0], [2]]);
  });

  it("has the gradients of the projection that finite differences of its surrogate give, with any rate", async () => {
    const { projection, projectionGradient, surrogate } = await import("./oracle.js");
    // Without corners: |p * w| is 1 nowhere.
    const generic = (shape: readonly number[], seed: number): Values => {
      const { data } = values(shape, seed);
      return { shape, data: data.map((value) => 0.9137 * value + 0.0103) };
    };
    for (const [shape, plane] of [
      [
        [3, 3, 4],
        [3, 3],
      ],
      [
        [3, 3, 2, 3],
        [3, 3],
      ],
      [
        [6, 5],
        [1, 1],
      ],
    ] as const) {
      for (const rate of [0, 0.1, 100]) {
        const [w, p, d] = [generic(shape, 3), generic(plane, 4), generic(shape, 5)];
        const numbers = { d, q: projection(w, p), rate };
        projectionGradient(w, p, numbers).forEach((gradient, index) => {
          const loss = ([one, other]: readonly Values[]) => surrogate(one ?? w, other ?? p, numbers);
          const off = error(gradient.data, differences(loss, [w, p], index));
          expect([shape, rate, index, off < 1e-6 ? "close" : off]).toEqual([shape, rate, index, "close"]);
        });
      }
    }
  });

  it("sends the XNOR gradient through as 1/n + a * 1[|w| <= 1]", async () => {
    const { pointwise } = await import("./oracle.js");
    const xnor = pointwise({ input: "identity", weight: "xnor", stride: 1, offset: 0 });
    const x: Values = { shape: [1, 1, 1, 2], data: Float64Array.of(10, 1) };
    const w: Values = { shape: [2, 1], data: Float64Array.of(-0.5, 2.5) };
    // a = 1.5: y = 1.5 * (-10 + 1); dL/dw_b = (10, 1); factors 1/2 + 1.5 and 1/2.
    expect([...xnor.forward([x, w]).data]).toEqual([-13.5]);
    const dy: Values = { shape: [1, 1, 1, 1], data: Float64Array.of(1) };
    expect(xnor.gradient([x, w], dy).map(({ data }) => [...data])).toEqual([
      [-1.5, 1.5],
      [20, 0.5],
    ]);
  });
});
