import { type Candidates, cellOf, darts, edgesInto, fullSpace, stream, type TensorValue } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { mixture, strengthGradients } from "../src/paper/mixture.js";
import { everywhere } from "./builders.js";

const strengths = (seed: number): Map<string, TensorValue> => {
  const { gaussian } = stream(seed, "strengths");
  const draw = (shape: number[]) => ({
    shape,
    values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, gaussian),
  });
  return new Map([
    ["alpha.normal", draw([14, 8])],
    ["alpha.reduce", draw([14, 8])],
    ["beta.normal", draw([14])],
    ["beta.reduce", draw([14])],
  ]);
};

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** The full space, with other candidates left on every edge. */
const thinned: Candidates = {
  normal: (fullSpace(darts).normal ?? []).map((left, edge) => left.slice(edge % 4, 8 - (edge % 3))),
  reduce: (fullSpace(darts).reduce ?? []).map((_, edge) => (edge % 2 === 0 ? ["none"] : ["none", "sep_conv_3x3"])),
};

describe("the mixture of a node", () => {
  it("weighs the edges into it by shares that sum to 1", () => {
    const weights = mixture(darts, thinned, strengths(1));
    for (const kind of ["normal", "reduce"]) {
      for (const node of [2, 3, 4, 5]) {
        expect(sum(weights.get(`mixture.${kind}.${node}.bypass`) ?? [])).toBeCloseTo(1, 6);
      }
    }
  });

  it("weighs the operations, none among them, by shares that sum to 1", () => {
    const state = strengths(2);
    const weights = mixture(darts, everywhere("none", "skip_connect", "dil_conv_3x3"), state);
    const alpha = state.get("alpha.normal")?.values ?? [];
    const beta = weights.get("mixture.normal.3.bypass") ?? [];
    const shareOfNone = edgesInto(cellOf(darts, "normal"), 3).map(({ edge }, place) => {
      const powers = [0, 3, 6].map((operation) => Math.exp(alpha[edge * 8 + operation] ?? 0));
      return ((beta[place] ?? 0) * (powers[0] ?? 0)) / sum(powers);
    });
    const operations = weights.get("mixture.normal.3.operations") ?? [];
    expect(operations).toHaveLength(2 * 3);
    expect(sum(operations) + sum(shareOfNone)).toBeCloseTo(1, 6);
  });

  it("weighs a single candidate as its edge", () => {
    const weights = mixture(darts, everywhere("skip_connect"), strengths(3));
    expect(weights.get("mixture.reduce.5.operations")).toEqual(weights.get("mixture.reduce.5.bypass"));
  });

  it("has no place for none", () => {
    expect(mixture(darts, everywhere("none"), strengths(4)).get("mixture.normal.2.operations")).toHaveLength(0);
  });

  it("passes gradients on to alpha and beta as finite differences show", () => {
    const state = strengths(5);
    const { gaussian } = stream(6, "weights of the loss");
    const factors = new Map(
      [...mixture(darts, thinned, state)].map(([name, values]) => [name, values.map(() => gaussian())]),
    );
    const loss = (): number =>
      sum(
        [...mixture(darts, thinned, state)].map(([name, values]) =>
          sum(Array.from(values, (value, i) => value * (factors.get(name)?.[i] ?? 0))),
        ),
      );
    const gradients = strengthGradients(darts, thinned, state, factors);
    for (const [name, { values }] of state) {
      for (let i = 0; i < values.length; i += name.startsWith("alpha") ? 5 : 1) {
        const before = values[i] ?? 0;
        values[i] = before + 2 ** -6;
        const above = loss();
        values[i] = before - 2 ** -6;
        const below = loss();
        values[i] = before;
        expect(gradients.get(name)?.[i], `${name}[${i}]`).toBeCloseTo((above - below) * 2 ** 5, 4);
      }
    }
  });

  it("gives no gradient to what was abandoned", () => {
    const state = strengths(7);
    const gradients = strengthGradients(
      darts,
      thinned,
      state,
      new Map([...mixture(darts, thinned, state)].map(([name, values]) => [name, values.map((_, i) => i + 1)])),
    );
    cellOf(darts, "normal").edges.forEach((_, edge) => {
      darts.operations.forEach((operation, k) => {
        const gradient = gradients.get("alpha.normal")?.[edge * 8 + k] ?? Number.NaN;
        if (thinned.normal?.[edge]?.includes(operation)) expect(gradient).not.toBe(0);
        else expect(gradient).toBe(0);
      });
    });
  });
});
