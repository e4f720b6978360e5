import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alphaOf, type Graph, type GraphNode, lower, type Model, runGraph, withThresholds } from "@bnas/model";
import { type Engine, openEngine } from "@bnas/network";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelWith } from "../../model/test/builders.js";
import type { Consumer } from "../src/form/consumer.js";
import { LOGITS } from "../src/form/logits.js";
import { onnx } from "../src/formats/onnx.js";
import { prove } from "../src/proof/prove.js";

let engine: Engine;
let folder = "";
beforeAll(async () => {
  engine = await openEngine("wasm");
  folder = await mkdtemp(join(tmpdir(), "bnas-prove-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A consumer that computes a graph of its own, as a runtime with a fault would. */
const consumerOf = (graph: Graph): Consumer => ({
  name: "a runtime",
  find: async () => ({ "a runtime": "1.2.3" }),
  async run({ images, values }) {
    const all = new Map<string, Float32Array>();
    const logits = runGraph(graph, images, (node, computed) => {
      all.set(node.name, computed);
      if ("weights" in node && node.weights.kind === "signs") {
        const { alpha, shape } = node.weights;
        all.set(
          `${node.name}.sum`,
          computed.map((value, i) => Math.round(value / alphaOf(alpha, i % (shape.at(-1) ?? 1)))),
        );
      }
    });
    all.set(LOGITS, logits);
    return new Map(values.map(({ name }) => [name, all.get(name) ?? new Float32Array()]));
  },
});

/** The graph with one node changed. */
const changed = (graph: Graph, name: string, change: (node: GraphNode) => GraphNode): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node) => (node.name === name ? change(node) : node)),
});

const proofBy = (model: Model, consumer: Consumer) => {
  const graph = lower(model);
  const exported = onnx.write(model, graph, {});
  return prove({ model, graph, folder, exported, consumers: [consumer], engine, images: 4 });
};

const flipped = (node: GraphNode): GraphNode => {
  if (!("weights" in node) || node.weights.kind !== "signs") throw new Error(`${node.name} has no signs`);
  const values = node.weights.values.map((sign, place) => (place === 0 ? -sign : sign));
  return { ...node, weights: { ...node.weights, values } };
};

describe("the proof of an export", () => {
  for (const binarize of ["none", "weights", "weights+activations"] as const) {
    it(`holds for a consumer that computes the graph: ${binarize}`, async () => {
      const model = modelWith({ network: { binarize } });
      const proof = await proofBy(model, consumerOf(lower(model)));
      expect(proof).toMatchObject({
        consumers: [{ versions: { "a runtime": "1.2.3" }, logits: { largest: 0 }, layers: { largest: 0, signs: 0 } }],
        missing: {},
      });
      const [consumer] = proof.consumers;
      expect(consumer?.layers.values).toBeGreaterThan(100);
      // What rounding may decide in front of a sign is counted: it need not keep the bound.
      expect(consumer?.logits.images === 4).toBe(
        binarize !== "weights+activations" || consumer?.logits.others === null,
      );
    });
  }

  it("names the layer of a single weight whose sign is another, in whole-number sums", async () => {
    const model = modelWith({ network: { binarize: "weights+activations" } });
    const graph = lower(model);
    const name = "cell.1.preprocess.1.pointwise";
    await expect(proofBy(model, consumerOf(changed(graph, name, flipped)))).rejects.toMatchObject({
      code: "INTERNAL",
      message: `a runtime 1.2.3 does not compute the trained network: ${name}.sum is the first layer that differs, on image 0`,
    });
  });

  it("names the convolution itself where its sums meet a threshold", async () => {
    const model = modelWith({ network: { binarize: "weights+activations" } });
    const graph = withThresholds(lower(model));
    const threshold = graph.nodes.find(({ kind }) => kind === "threshold");
    const [name = ""] = threshold?.inputs ?? [];
    const exported = onnx.write(model, graph, {});
    const consumers = [consumerOf(changed(graph, name, flipped))];
    await expect(prove({ model, graph, folder, exported, consumers, engine, images: 4 })).rejects.toMatchObject({
      message: `a runtime 1.2.3 does not compute the trained network: ${name} is the first layer that differs, on image 0`,
    });
  });

  it("names the norm that a convolution was folded into, where a single weight has another sign", async () => {
    const model = modelWith();
    const graph = lower(model);
    const broken = changed(graph, "cell.1.preprocess.1.pointwise", flipped);
    await expect(proofBy(model, consumerOf(broken))).rejects.toMatchObject({
      message: expect.stringContaining(": cell.1.preprocess.1.norm is the first layer that differs"),
    });
  });

  it("fails by the engine that trains where the model's tensors are not the graph's", async () => {
    const model = modelWith();
    const graph = lower(model);
    const other = modelWith({ seed: 2 });
    const exported = onnx.write(model, graph, {});
    const proving = { model: other, graph, folder, exported, consumers: [consumerOf(graph)], engine, images: 2 };
    await expect(prove(proving)).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringMatching(/^the engine wasm gives logits of image 0 that are .* away/),
    });
  });

  it("fails by the logits where a consumer computes the traced file alone", async () => {
    const model = modelWith();
    const right = consumerOf(lower(model));
    const plain: Consumer = {
      ...right,
      run: async (request) =>
        request.values.length > 1 ? right.run(request) : new Map([[LOGITS, new Float32Array(12).fill(Number.NaN)]]),
    };
    await expect(proofBy(model, plain)).rejects.toMatchObject({
      message: expect.stringMatching(/^a runtime gives logits of image 0 that are Infinity away/),
    });
  });

  it("says which consumers this machine has not", async () => {
    const absent: Consumer = { ...consumerOf(lower(modelWith())), find: async () => "No module named runtime" };
    expect(await proofBy(modelWith(), absent)).toMatchObject({
      consumers: [],
      missing: { "a runtime": "No module named runtime" },
    });
  });
});
