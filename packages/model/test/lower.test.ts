import { buildDerived, openEngine } from "@bnas/network";
import { darts, nasBench201, PUBLISHED } from "@bnas/search";
import { type Tensor, type Tensor4D, tensor, tensor4d, tidy } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { alphaOf, type Graph, type GraphNode, IMAGE, lower, type Model, runGraph } from "../src/index.js";
import { derivedOptionsOf, inputShapeOf } from "../src/model.js";
import { genotypeOf, imagesFor, modelWith } from "./builders.js";

beforeAll(async () => {
  await (await openEngine("wasm")).activate();
});

/** The logits of the network that is trained, with running statistics. */
const trained = (model: Model, images: Float32Array): Float32Array => {
  const { height, width, channels } = model.input;
  const network = buildDerived(model.genotype, derivedOptionsOf(model), inputShapeOf(model));
  let logits = new Float32Array();
  tidy(() => {
    const weights = new Map<string, Tensor>(
      [...model.tensors].map(([name, { shape, values }]) => [name, tensor(values, [...shape])]),
    );
    const count = images.length / (height * width * channels);
    const x: Tensor4D = tensor4d(images, [count, height, width, channels]);
    const result = network.forward(x, weights, { training: false, statistics: model.tensors });
    logits = new Float32Array(result.logits.dataSync());
  });
  return logits;
};

const apart = (one: Float32Array, other: Float32Array): number =>
  one.length === other.length
    ? Math.max(...one.map((value, i) => Math.abs(value - (other[i] ?? Number.NaN))))
    : Number.POSITIVE_INFINITY;

const BINARIZE = ["none", "weights", "weights+activations"] as const;

describe("a lowered model", () => {
  for (const binarize of BINARIZE) {
    for (const seed of [1, 2, 3, 4]) {
      it(`gives the logits of the network that was trained: genotype ${seed}, ${binarize}`, () => {
        const model = modelWith({ genotype: genotypeOf(darts, seed), network: { binarize }, seed });
        const images = imagesFor(model, 3, seed);
        expect(apart(runGraph(lower(model), images), trained(model, images))).toBeLessThan(1e-4);
      });
    }

    it(`does with the stem of ImageNet: ${binarize}`, () => {
      const input = { height: 32, width: 64, channels: 3 };
      const model = modelWith({ input, network: { binarize, stem: "imagenet" } });
      const images = imagesFor(model, 2);
      expect(apart(runGraph(lower(model), images), trained(model, images))).toBeLessThan(1e-4);
    });

    it(`does with a scale for each output channel: ${binarize}`, () => {
      const model = modelWith({ genotype: genotypeOf(darts, 5), network: { binarize, xnor: "channel" } });
      const images = imagesFor(model, 2);
      expect(apart(runGraph(lower(model), images), trained(model, images))).toBeLessThan(1e-4);
    });

    it(`does with another epsilon in its norms: ${binarize}`, () => {
      const model = modelWith({ network: { binarize, epsilon: 0.3 } });
      const images = imagesFor(model, 2);
      expect(apart(runGraph(lower(model), images), trained(model, images))).toBeLessThan(1e-4);
    });

    it(`does in the space of NAS-Bench-201: ${binarize}`, () => {
      const genotype = genotypeOf(nasBench201, 5);
      const model = modelWith({ genotype, space: nasBench201, network: { binarize, cells: 5 } });
      const images = imagesFor(model, 2);
      expect(apart(runGraph(lower(model), images), trained(model, images))).toBeLessThan(1e-4);
    });
  }

  it("is the authors' genotype at 20 cells too, every operation that it has among its nodes", () => {
    const model = modelWith({ network: { cells: 20 }, input: { height: 16, width: 16, channels: 3 } });
    const images = imagesFor(model, 1);
    expect(apart(runGraph(lower(model), images), trained(model, images))).toBeLessThan(1e-4);
  });

  const graph: Graph = lower(modelWith({ genotype: PUBLISHED, network: { binarize: "weights+activations" } }));

  it("names nodes as the parameters are named, each once, and each after what it reads", () => {
    const known = new Set([IMAGE]);
    for (const { name, inputs } of graph.nodes) {
      for (const input of inputs) expect(known).toContain(input);
      expect(known).not.toContain(name);
      known.add(name);
    }
    expect(known).toContain("cell.0.node.2.1.dil_conv_3x3.depthwise");
    expect(graph.nodes.at(-1)).toMatchObject({ name: "classifier", shape: { height: 1, width: 1, channels: 3 } });
  });

  it("says of every node the shape that is computed", () => {
    const wrong: GraphNode[] = [];
    runGraph(graph, imagesFor(graph, 2), (node, values) => {
      const { height, width, channels } = node.shape;
      if (values.length !== 2 * height * width * channels) wrong.push(node);
    });
    expect(wrong).toEqual([]);
  });

  it("takes a sign once for all that read it", () => {
    const signs = graph.nodes.filter(({ kind }) => kind === "sign").map(({ inputs }) => inputs[0]);
    expect(new Set(signs).size).toBe(signs.length);
  });

  it("has weights of +1 and -1, that of 0 being +1, and the mean of their magnitudes", () => {
    const model = modelWith();
    const name = "cell.0.preprocess.0.pointwise";
    const { shape } = model.tensors.get(name) ?? { shape: [] };
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(-0.5);
    values.set([0, -0, 0.5]);
    const { nodes } = lower({ ...model, tensors: new Map([...model.tensors, [name, { shape, values }]]) });
    const node = nodes.find((one) => one.name === name);
    if (node?.kind !== "pointwise" || node.weights.kind !== "signs") throw new Error("it is a pointwise of signs");
    expect([...node.weights.values.slice(0, 4)]).toEqual([1, 1, 1, -1]);
    expect(node.weights.alpha).toBe(Math.fround((0.5 * (values.length - 2)) / values.length));
  });

  it("has the mean magnitude of each output channel's weights, where the model has a scale for each", () => {
    const model = modelWith({ network: { xnor: "channel" } });
    const name = "cell.0.preprocess.0.pointwise";
    const node = lower(model).nodes.find((one) => one.name === name);
    if (node?.kind !== "pointwise" || node.weights.kind !== "signs") throw new Error("it is a pointwise of signs");
    const [ins = 0, outs = 0] = node.weights.shape;
    const column = (o: number) =>
      Array.from({ length: ins }, (_, c) => model.tensors.get(name)?.values[c * outs + o] ?? 0);
    const means = Array.from({ length: outs }, (_, o) => column(o).reduce((sum, w) => sum + Math.abs(w), 0) / ins);
    expect(
      Array.from({ length: outs }, (_, o) => alphaOf(node.weights.kind === "signs" ? node.weights.alpha : 0, o)),
    ).toEqual(means.map((mean) => expect.closeTo(mean, 6)));
  });
});

describe("images for a graph", () => {
  it("are refused in another shape, which says the right one", () => {
    const graph = lower(modelWith());
    expect(() => runGraph(graph, new Float32Array(7))).toThrow(
      'images: "7 values" is not allowed; it takes a multiple of 192 (8x8x3)',
    );
  });
});
