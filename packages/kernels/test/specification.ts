import { grads, memory, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { type Case, cases, values } from "./cases.js";
import type { Values } from "./oracle.js";

export const toTensor = ({ shape, data }: Values): Tensor => tensor(Float32Array.from(data), [...shape]);

/** The result and the gradients of all inputs, for an upstream gradient drawn from a seed. */
export const evaluate = ({ inputs, run }: Case): { shape: readonly number[]; data: Float32Array }[] => {
  const results = tidy(() => {
    const tensors = inputs.map(toTensor);
    const y = run(...tensors);
    const dy = toTensor(values(y.shape, 99));
    return [y, ...grads(run)(tensors, dy)];
  });
  return results.map((result) => {
    const value = { shape: [...result.shape], data: result.dataSync<"float32">().slice() };
    result.dispose();
    return value;
  });
};

/** The largest difference, as a part of the largest element. */
export const error = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  const largest = Math.max(...Array.from(expected, Math.abs), 1e-30);
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - (actual[i] ?? Number.NaN)))) / largest;
};

/** Every operation, forward and backward, against the oracle. */
export const itAgreesWithTheOracle = (): void => {
  describe.each([...new Set(cases.map(({ name }) => name.split(" ")[0] ?? ""))])("%s", (operation) => {
    it("is the oracle's within 1e-5 of the largest element, forward and backward, for every shape and option", () => {
      const wrong = cases
        .filter(({ name }) => name.startsWith(`${operation} `))
        .flatMap((one) => {
          const [y, ...gradients] = evaluate(one);
          const expected = one.oracle.forward(one.inputs);
          const dy = values(expected.shape, 99);
          const wanted = [expected, ...one.oracle.gradient(one.inputs, dy)];
          return [y, ...gradients].flatMap((actual, index) => {
            const want = wanted[index];
            if (actual === undefined || want === undefined) return [`${one.name}: output ${index} is missing`];
            if (String(actual.shape) !== String(want.shape))
              return [`${one.name}: output ${index} is [${actual.shape}]`];
            const off = error(actual.data, want.data);
            return off <= 1e-5 ? [] : [`${one.name}: output ${index} is off by ${off}`];
          });
        });
      expect(wrong).toEqual([]);
    });
  });

  it("leaves no tensor behind, whatever the operation", () => {
    const before = memory().numTensors;
    const operations = new Map(cases.map((one) => [one.name.split(" ")[0], one]));
    for (const one of operations.values()) {
      evaluate(one);
      const inputs = one.inputs.map(toTensor);
      one.run(...inputs).dispose();
      for (const x of inputs) x.dispose();
      expect([one.name, memory().numTensors]).toEqual([one.name, before]);
    }
  });
};
