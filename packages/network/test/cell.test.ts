import { concatChannels, maxPool, shuffleChannels, sliceChannels, weightedSum } from "@bnas/kernels";
import { cellOf, darts, edgesInto, fullSpace, softmax, stream, type Tensors } from "@bnas/search";
import { ones, type Tensor, type Tensor4D, tensor, tensor1d, tensor4d, tidy } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { initialState } from "../src/cost/parameters.js";
import { openEngine } from "../src/engine/engine.js";
import { tensorLayers } from "../src/engine/tensor-layers.js";
import { strideOf } from "../src/paper/darts-network.js";
import type { Layers } from "../src/paper/layers.js";
import { mixture } from "../src/paper/mixture.js";
import { stackOf } from "../src/paper/networks.js";
import { applyOperation, gives } from "../src/paper/operations.js";
import { preprocess } from "../src/paper/preprocess.js";
import type { CellPlan } from "../src/paper/stack.js";
import { type CellCandidates, searchCell } from "../src/paper/supernet.js";
import { everywhere, INPUT, specWith } from "./builders.js";

const spec = specWith({ cells: 3, channels: 6, partial: 3 });
const [normal, reduce] = stackOf(spec.network, INPUT).cells;
const state: Tensors = initialState(spec, INPUT);

/** Strengths far from equal, so that a wrong weight shows. */
const strengths: Tensors = new Map(
  [...state]
    .filter(([name]) => name.startsWith("alpha") || name.startsWith("beta"))
    .map(([name, { shape, values }]) => [name, { shape, values: values.map((value) => 1000 * value) }]),
);

const layersWith = (candidates: CellCandidates): Layers<Tensor4D> => {
  const weights = mixture(darts, { normal: candidates, reduce: candidates }, strengths);
  return tensorLayers(spec, (name): Tensor => {
    const value = state.get(name);
    if (value !== undefined) return tensor(value.values, [...value.shape]);
    return tensor1d(weights.get(name) ?? new Float32Array());
  });
};

const image = (seed: number, side: number, channels: number): Tensor4D => {
  const { gaussian } = stream(seed, "activations");
  return tensor4d(Float32Array.from({ length: 2 * side * side * channels }, gaussian), [2, side, side, channels]);
};

/** The cell as PC-DARTS has it: every edge mixes, concatenates and shuffles, and a node sums its edges. */
const edgeByEdge = (
  net: Layers<Tensor4D>,
  plan: CellPlan,
  candidates: CellCandidates,
  inputs: readonly [Tensor4D, Tensor4D],
): Tensor4D => {
  const alpha = strengths.get(`alpha.${plan.kind}`)?.values ?? [];
  const beta = strengths.get(`beta.${plan.kind}`)?.values ?? [];
  const part = plan.channels / spec.network.partial;
  const nodes = preprocess(net, plan, inputs);
  for (const to of [2, 3, 4, 5]) {
    const edges = edgesInto(cellOf(darts, "normal"), to);
    const shares = softmax(edges.map(({ edge }) => beta[edge] ?? 0));
    const outputs = edges.map(({ edge, from }) => {
      const x = nodes[from] ?? ones([1, 1, 1, 1]);
      const stride = strideOf(plan.kind, from);
      const passing = sliceChannels(x, { begin: 0, size: part });
      const rest = sliceChannels(x, { begin: part, size: plan.channels - part });
      const left = candidates[edge] ?? [];
      const weights = softmax(left.map((operation) => alpha[edge * 8 + darts.operations.indexOf(operation)] ?? 0));
      const zero = net.zeros(passing, { channels: part, stride });
      const passed = left.map((operation) =>
        gives(operation)
          ? applyOperation(net, `${plan.name}.edge.${from}-${to}.${operation}`, operation, passing, {
              channels: part,
              stride,
            })
          : zero,
      );
      const mixed = weightedSum(passed, tensor1d(weights));
      const bypass = stride === 2 ? maxPool(rest, { size: 2, stride: 2 }) : rest;
      return shuffleChannels(concatChannels([mixed, bypass]), { groups: spec.network.partial });
    });
    nodes.push(weightedSum(outputs, tensor1d(shares)));
  }
  return concatChannels(nodes.slice(2));
};

const expectClose = (a: Tensor, b: Tensor): void => {
  expect(a.shape).toEqual(b.shape);
  const left = a.dataSync();
  const most = Math.max(...b.dataSync().map(Math.abs));
  expect(most).toBeGreaterThan(0.1);
  b.dataSync().forEach((value, i) => {
    expect(Math.abs((left[i] ?? 0) - value)).toBeLessThan(1e-5 * most);
  });
};

beforeAll(async () => {
  await (await openEngine("cpu")).activate();
});

describe("a cell of the supernet", () => {
  const thinned: CellCandidates = (fullSpace(darts).normal ?? []).map((left, edge) =>
    left.slice(edge % 3, 8 - (edge % 4)),
  );

  it.each([
    ["normal", normal, 8, 18, 18],
    ["reduce", reduce, 8, 18, 24],
  ] as const)("is PC-DARTS' cell, edge by edge: %s", (_, plan, side, before, last) => {
    if (plan === undefined) throw new Error("three cells were stacked");
    const net = layersWith(thinned);
    tidy(() => {
      const inputs = [image(1, side, before), image(2, side, last)] as const;
      expectClose(
        searchCell(net, cellOf(darts, plan.kind), plan, spec.network.partial, thinned, inputs),
        edgeByEdge(net, plan, thinned, inputs),
      );
    });
  });

  it("passes on only what bypasses the operations where nothing but none is left", () => {
    if (normal === undefined) throw new Error("three cells were stacked");
    const candidates = everywhere("none").normal ?? [];
    const net = layersWith(candidates);
    tidy(() => {
      const inputs = [image(1, 8, 18), image(2, 8, 18)] as const;
      expectClose(
        searchCell(net, cellOf(darts, "normal"), normal, 3, candidates, inputs),
        edgeByEdge(net, normal, candidates, inputs),
      );
    });
  });

  it("gives zeros where nothing but none is left and nothing bypasses", () => {
    if (reduce === undefined) throw new Error("three cells were stacked");
    const whole = specWith({ cells: 3, channels: 6, partial: 1 });
    const weights = initialState(whole, INPUT);
    const candidates = everywhere("none").normal ?? [];
    const net = tensorLayers(specWith(), (name) => {
      const value = weights.get(name);
      return tensor(value?.values ?? [], [...(value?.shape ?? [0])]);
    });
    tidy(() => {
      const y = searchCell(net, cellOf(darts, "reduce"), reduce, 1, candidates, [image(1, 8, 18), image(2, 8, 24)]);
      expect(y.shape).toEqual([2, 4, 4, 48]);
      expect(new Set(y.dataSync())).toEqual(new Set([0]));
    });
  });
});

describe("the channel shuffle", () => {
  it("is undone by a shuffle with the other factor", () => {
    tidy(() => {
      const x = image(4, 2, 12);
      const back = shuffleChannels(shuffleChannels(x, { groups: 3 }), { groups: 4 });
      expect(back.dataSync()).toEqual(x.dataSync());
      expect(shuffleChannels(x, { groups: 3 }).dataSync()).not.toEqual(x.dataSync());
    });
  });

  it("spreads the channels that passed the operations over the next ones", () => {
    tidy(() => {
      const x = tensor4d([0, 1, 2, 3, 4, 5], [1, 1, 1, 6]);
      expect([...shuffleChannels(x, { groups: 3 }).dataSync()]).toEqual([0, 2, 4, 1, 3, 5]);
    });
  });
});

it("names every edge of EDGES once as an edge into its node", () => {
  const named = [2, 3, 4, 5].flatMap((to) =>
    edgesInto(cellOf(darts, "normal"), to).map(({ edge, from }) => ({ edge, from, to })),
  );
  expect(named).toEqual(cellOf(darts, "normal").edges.map(({ from, to }, edge) => ({ edge, from, to })));
});
