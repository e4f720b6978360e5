import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adamStep } from "../src/train/adam.js";
import { clipFactor, globalNorm } from "../src/train/clip.js";
import { cosineRate } from "../src/train/cosine.js";
import { sgdStep } from "../src/train/sgd.js";

const floats = (...values: number[]) => Float32Array.from(values);

describe("stochastic gradient descent", () => {
  it("adds decay to the gradient and keeps a share of the last step, as computed by hand", () => {
    const w = { values: floats(1, -2), momentum: floats(0, 0) };
    const options = { rate: 0.1, momentum: 0.5, decay: 0.25, clip: 1e6 };
    sgdStep(new Map([["w", w]]), new Map([["w", floats(2, 1)]]), options);
    // m = g + decay w = 2.25, 0.5; w = 1 - 0.225, -2 - 0.05
    expect([...w.momentum]).toEqual([2.25, 0.5]);
    expect([...w.values]).toEqual([...floats(0.775, -2.05)]);
    sgdStep(new Map([["w", w]]), new Map([["w", floats(0, 4)]]), options);
    // m = 0.5 * 2.25 + 0.25 * 0.775 = 1.31875; 0.5 * 0.5 + 4 - 0.25 * 2.05 = 3.7375
    expect(w.momentum[0]).toBeCloseTo(1.31875, 6);
    expect(w.momentum[1]).toBeCloseTo(3.7375, 6);
    expect(w.values[0]).toBeCloseTo(0.775 - 0.131875, 6);
    expect(w.values[1]).toBeCloseTo(-2.05 - 0.37375, 6);
  });

  it("clips all gradients by one factor, before decay is added", () => {
    const a = { values: floats(2), momentum: floats(0) };
    const b = { values: floats(0), momentum: floats(0) };
    sgdStep(
      new Map([
        ["a", a],
        ["b", b],
      ]),
      new Map([
        ["a", floats(3)],
        ["b", floats(4)],
      ]),
      { rate: 1, momentum: 0, decay: 0.5, clip: 1 },
    );
    // The norm is 5, so the gradients become 0.6 and 0.8; decay adds 1 to the first.
    expect(a.values[0]).toBeCloseTo(2 - 1.6, 5);
    expect(b.values[0]).toBeCloseTo(-0.8, 5);
  });

  it("continues by momentum and decay where a tensor has no gradient", () => {
    const w = { values: floats(1), momentum: floats(2) };
    sgdStep(new Map([["w", w]]), new Map(), { rate: 0.5, momentum: 0.5, decay: 1, clip: 5 });
    expect([...w.momentum]).toEqual([2]);
    expect([...w.values]).toEqual([0]);
  });

  it("reaches the least of a parabola", () => {
    const w = { values: floats(5), momentum: floats(0) };
    for (let step = 0; step < 300; step++) {
      const gradients = new Map([["w", floats(2 * ((w.values[0] ?? 0) - 3))]]);
      sgdStep(new Map([["w", w]]), gradients, { rate: 0.05, momentum: 0.9, decay: 0, clip: 100 });
    }
    expect(w.values[0]).toBeCloseTo(3, 4);
  });
});

describe("Adam", () => {
  const fresh = (...values: number[]) => ({
    values: floats(...values),
    mean: new Float32Array(values.length),
    variance: new Float32Array(values.length),
    active: () => true,
  });

  it("moves by the rate, against the sign of the gradient, in its first step", () => {
    const tensor = fresh(1, 1, 1);
    const options = { rate: 0.25, beta1: 0.5, beta2: 0.999, decay: 0 };
    adamStep(new Map([["t", tensor]]), new Map([["t", floats(1e-3, -7, 0)]]), 1, options);
    expect(tensor.values[0]).toBeCloseTo(0.75, 4);
    expect(tensor.values[1]).toBeCloseTo(1.25, 6);
    expect(tensor.values[2]).toBe(1);
  });

  it("computes the second step as by hand", () => {
    const tensor = fresh(0);
    const options = { rate: 0.1, beta1: 0.5, beta2: 0.75, decay: 0 };
    adamStep(new Map([["t", tensor]]), new Map([["t", floats(2)]]), 1, options);
    adamStep(new Map([["t", tensor]]), new Map([["t", floats(4)]]), 2, options);
    // m: 1, then 0.5 + 2 = 2.5; v: 1, then 0.75 + 4 = 4.75; corrected: 2.5 / 0.75 and 4.75 / 0.4375.
    expect(tensor.mean[0]).toBe(2.5);
    expect(tensor.variance[0]).toBe(4.75);
    expect(tensor.values[0]).toBeCloseTo(-0.1 - (0.1 * (2.5 / 0.75)) / Math.sqrt(4.75 / 0.4375), 6);
  });

  it("adds decay to the gradient", () => {
    const decayed = fresh(2);
    const plain = fresh(2);
    const options = { rate: 0.1, beta1: 0.5, beta2: 0.999 };
    adamStep(new Map([["t", decayed]]), new Map([["t", floats(1)]]), 1, { ...options, decay: 0.5 });
    adamStep(new Map([["t", plain]]), new Map([["t", floats(2)]]), 1, { ...options, decay: 0 });
    expect(decayed).toEqual({ ...plain, active: decayed.active });
  });

  it("leaves what takes no part as it is", () => {
    const tensor = { ...fresh(1, 1), active: (index: number) => index === 1 };
    const options = { rate: 0.1, beta1: 0.5, beta2: 0.999, decay: 0.5 };
    adamStep(new Map([["t", tensor]]), new Map([["t", floats(1, 1)]]), 1, options);
    expect(tensor.values[0]).toBe(1);
    expect(tensor.mean[0]).toBe(0);
    expect(tensor.values[1]).toBeLessThan(1);
  });
});

describe("clipping", () => {
  it("brings the global norm to the bound, and never raises it", () => {
    const gradients = fc.array(fc.float32Array({ noNaN: true, noDefaultInfinity: true, min: -1e4, max: 1e4 }));
    fc.assert(
      fc.property(gradients, fc.double({ min: 1e-2, max: 1e3, noNaN: true }), (list, most) => {
        const factor = clipFactor(list, most);
        const clipped = globalNorm(list) * factor;
        expect(factor).toBeLessThanOrEqual(1);
        expect(clipped).toBeLessThanOrEqual(most);
        if (globalNorm(list) < most - 1e-5) expect(factor).toBe(1);
        else expect(clipped).toBeCloseTo(most, 3);
      }),
    );
  });
});

describe("the learning rate", () => {
  const weights = { rate: 0.025, leastRate: 0.001 };

  it("begins at the rate, is in the middle in the middle, and falls all the way", () => {
    expect(cosineRate(weights, 0, 10)).toBe(0.025);
    expect(cosineRate(weights, 5, 10)).toBeCloseTo(0.013, 12);
    expect(cosineRate(weights, 10, 10)).toBeCloseTo(0.001, 12);
    const rates = Array.from({ length: 10 }, (_, job) => cosineRate(weights, job, 10));
    expect(rates).toEqual([...rates].sort((a, b) => b - a));
  });
});
