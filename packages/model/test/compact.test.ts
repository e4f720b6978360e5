import type { GraphNode } from "@bnas/runtime";
import { darts, nasBench201, type Space } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compact, lower, runGraph, withThresholds } from "../src/index.js";
import { genotypeOf, imagesFor, modelWith } from "./builders.js";

const binary = { binarize: "weights+activations" } as const;

describe("thresholds", () => {
  it("leave every sign as the 32-bit numbers have it, in random networks, on random images", () => {
    let compared = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const graph = lower(modelWith({ genotype: genotypeOf(darts, seed), network: binary, seed }));
      const images = imagesFor(graph, 3, seed);
      const signs = new Map<string, Float32Array>();
      const logits = runGraph(graph, images, ({ name, kind }, values) => kind === "sign" && signs.set(name, values));
      const folded = runGraph(withThresholds(graph), images, ({ name, kind }, values) => {
        if (kind !== "threshold" && kind !== "sign") return;
        expect(values).toEqual(signs.get(name));
        compared++;
      });
      expect(folded).toEqual(logits);
    }
    expect(compared).toBeGreaterThan(60);
  });

  it("give the same side for every sum that can be, whatever the norm", () => {
    const number = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), number, number, number, (channels, alpha, factor, offset) => {
        const { sum, at, turned } = folded(channels, Math.abs(alpha), factor, offset);
        for (let s = -channels; s <= channels; s++) {
          const value = Math.fround(Math.fround(Math.fround(Math.abs(alpha) * s) * factor) + offset);
          expect(sum(s) >= at, `${s}`).toBe(value >= 0);
        }
        expect(turned).toBe(factor < 0);
      }),
    );
  });
});

/** The threshold of a 1x1 convolution of so many +1, and what a sum of signs becomes in it. */
const folded = (channels: number, alpha: number, factor: number, offset: number) => {
  const shape = { height: 1, width: 1, channels };
  const one = { height: 1, width: 1, channels: 1 };
  const weights = { kind: "signs", shape: [channels, 1], values: new Int8Array(channels).fill(1), alpha } as const;
  const nodes: GraphNode[] = [
    { kind: "sign", name: "x", inputs: ["image"], shape },
    { kind: "pointwise", name: "sum", inputs: ["x"], shape: one, stride: 1, offset: 0, weights },
    {
      kind: "affine",
      name: "norm",
      inputs: ["sum"],
      shape: one,
      factor: Float32Array.of(factor),
      offset: Float32Array.of(offset),
    },
    { kind: "sign", name: "y", inputs: ["norm"], shape: one },
  ];
  const rest = { classes: ["a"], normalization: { mean: [], std: [] }, origin: {} };
  const [, sum, threshold] = withThresholds({ input: shape, ...rest, nodes }).nodes;
  if (sum?.kind !== "pointwise") throw new Error("the norm is gone");
  if (threshold?.kind !== "threshold" && threshold?.kind !== "sign") throw new Error("the norm and the sign are one");
  const turned = sum.weights.values[0] === -1;
  const at = threshold.kind === "sign" ? 0 : (threshold.at[0] ?? 0);
  return { at, turned, sum: (s: number) => (turned ? -s : s) };
};

describe("a compact graph", () => {
  const spaces: readonly (readonly [Space, number, "tensor" | "channel"])[] = [
    [darts, 3, "tensor"],
    [darts, 3, "channel"],
    [nasBench201, 5, "tensor"],
    [nasBench201, 5, "channel"],
  ];
  for (const binarize of ["none", "weights", "weights+activations"] as const) {
    for (const [space, cells, xnor] of spaces) {
      it(`has weights of scale 1 and numbers of 16 bits, and nearly the same logits: ${space.name}, a scale a ${xnor}, ${binarize}`, () => {
        const genotype = genotypeOf(space, 4);
        const graph = lower(modelWith({ genotype, space, network: { binarize, cells, xnor } }));
        const small = compact(graph);
        for (const node of small.nodes)
          if ("weights" in node && node.weights.kind === "signs") expect(node.weights.alpha).toBe(1);
        expect(compact(small)).toEqual(small);
        const images = imagesFor(graph, 2);
        const [logits, other] = [runGraph(graph, images), runGraph(small, images)];
        for (const [i, value] of logits.entries())
          expect(Math.abs(value - (other[i] ?? Number.NaN))).toBeLessThan(0.02);
      });
    }
  }

  it("refuses a number that 16 bits cannot hold, by its node", () => {
    const model = modelWith();
    const { shape, values } = model.tensors.get("stem.norm.scale") ?? { shape: [], values: new Float32Array() };
    const tensors = new Map([...model.tensors, ["stem.norm.scale", { shape, values: values.map(() => 1e6) }] as const]);
    expect(() => compact(lower({ ...model, tensors }))).toThrow("stem.norm.factor[0]: ");
  });

  it("rounds to the nearest number of 16 bits, to the even one of two as near", () => {
    const factors = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 2 ** -24, 2 ** -25, 3 * 2 ** -25, 65504, -0.1];
    const { nodes } = compact({
      input: { height: 1, width: 1, channels: factors.length },
      classes: factors.map(String),
      normalization: { mean: [], std: [] },
      origin: {},
      nodes: [
        {
          kind: "affine",
          name: "norm",
          inputs: ["image"],
          shape: { height: 1, width: 1, channels: factors.length },
          factor: Float32Array.from(factors),
          offset: new Float32Array(factors.length),
        },
      ],
    });
    const [node] = nodes;
    if (node?.kind !== "affine") throw new Error("it is the norm");
    expect([...node.factor]).toEqual([1, 1 + 2 ** -9, 2 ** -24, 0, 2 ** -23, 65504, -1638 / 2 ** 14]);
  });
});
