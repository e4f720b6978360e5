import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ExportProof, exportModel } from "@bnas/export";
import { type Graph, lower, type Model, runGraph, runNode } from "@bnas/model";
import { type Engine, openEngine } from "@bnas/network";
import { darts, nasBench201 } from "@bnas/search";
import { beforeAll, describe, expect, it } from "vitest";
import type { Consumer } from "../../packages/export/src/form/consumer.js";
import { writeFiles } from "../../packages/export/src/form/write-files.js";
import { floatDialect } from "../../packages/export/src/onnx/float-dialect.js";
import { int2Dialect } from "../../packages/export/src/onnx/int2-dialect.js";
import { onnxModel } from "../../packages/export/src/onnx/onnx-model.js";
import { qonnxDialect } from "../../packages/export/src/onnx/qonnx-dialect.js";
import { pythonConsumer } from "../../packages/export/src/proof/python-consumer.js";
import { genotypeOf, imagesFor, modelWith } from "../../packages/model/test/builders.js";
import { borderGraph, onePixelImages } from "../consumers/border-graph.js";
import { pythonWithOnnx } from "../consumers/python.js";
import { temporaryFolder } from "./bnas.js";

const { path: python = "", missing } = await pythonWithOnnx();
const onnxruntime = pythonConsumer("onnxruntime", "run_onnxruntime.py", python);
const qonnx = pythonConsumer("qonnx", "run_qonnx.py", python);

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
});

const exported = (model: Model, format: string, options: { opset?: number; images?: number } = {}) =>
  exportModel(model, {
    images: 4,
    ...options,
    format,
    out: join(temporaryFolder(), "out"),
    engine,
    python,
    folder: ".",
  });

const only = ({ consumers }: ExportProof) => {
  const [consumer, ...others] = consumers;
  if (consumer === undefined || others.length > 0) throw new Error(`${consumers.length} consumers ran`);
  return consumer;
};

/** What a consumer makes of a graph, by the names of values. */
const valuesBy = async (consumer: Consumer, graph: Graph, dialect: typeof int2Dialect, images: Float32Array) => {
  const folder = temporaryFolder();
  const { traced } = onnxModel(graph, dialect, {});
  await writeFiles(folder, traced.files);
  const { height, width, channels } = graph.input;
  const shape = [images.length / (height * width * channels), height, width, channels] as const;
  return consumer.run({ model: join(folder, traced.opened), images, shape, values: traced.values });
};

const FORMS = [
  ["INT2 in onnxruntime", int2Dialect, onnxruntime],
  ["float32 in onnxruntime", floatDialect, onnxruntime],
  ["BipolarQuant in qonnx", qonnxDialect, qonnx],
] as const;

describe.skipIf(missing !== "")(`a network exported to ONNX${missing}`, () => {
  for (const [form, dialect, consumer] of FORMS) {
    for (const [height, width] of [
      [7, 9],
      [8, 6],
    ] as const) {
      it(`has our numbers at every pixel of ${height}x${width} images, in every operation: ${form}`, async () => {
        const graph = borderGraph({ height, width, channels: 6 });
        const images = onePixelImages(graph.input);
        const wanted = new Map<string, Float32Array>();
        runGraph(graph, images, ({ name }, values) => void wanted.set(name, values));
        const got = await valuesBy(consumer, graph, dialect, images);
        for (const node of graph.nodes) {
          if (node.kind === "globalAveragePool" || node.kind === "concat" || node.kind === "linear") continue;
          // A mean of few pixels may be multiplied or divided: it is rounded otherwise.
          const digits = node.kind === "avgPool" ? 6 : 20;
          const own = wanted.get(node.name) ?? new Float32Array();
          const apart = own.reduce(
            (most, x, i) => Math.max(most, Math.abs(x - (got.get(node.name)?.[i] ?? Infinity))),
            0,
          );
          expect(apart, node.name).toBeCloseTo(0, digits);
        }
      });
    }

    it(`has equal sums of +1 and -1 in noise: ${form}`, async () => {
      const graph = borderGraph({ height: 9, width: 7, channels: 6 });
      const images = imagesFor(graph, 8);
      const got = await valuesBy(consumer, graph, dialect, images);
      const x = { shape: graph.input, values: images.map((value) => (value >= 0 ? 1 : -1)) };
      const ofSigns = graph.nodes.filter((node) => "weights" in node && node.inputs[0] === "image.sign");
      expect(ofSigns.length).toBe(13);
      for (const node of ofSigns) {
        if (!("weights" in node) || node.weights.kind !== "signs") throw new Error(`${node.name} has no signs`);
        const sums = runNode({ ...node, weights: { ...node.weights, alpha: 1 } }, [x], 8);
        // -0 is 0: it has the same sign here, +1.
        expect(
          got.get(`${node.name}.sum`)?.map((sum) => sum + 0),
          node.name,
        ).toEqual(sums);
      }
    });
  }

  for (const binarize of ["none", "weights", "weights+activations"] as const) {
    for (const seed of [1, 2]) {
      // qonnx computes node by node, in seconds.
      it.each([["onnx", 25] as const, ["onnx", 17] as const, ...(seed === 1 ? [["qonnx", undefined] as const] : [])])(
        `gives the logits that were trained: genotype ${seed}, ${binarize}, %s %s`,
        async (format, opset) => {
          const model = modelWith({ genotype: genotypeOf(darts, seed), network: { binarize }, seed });
          const proof = await exported(model, format, opset === undefined ? {} : { opset });
          const { logits, layers } = only(proof);
          expect(logits.largest).toBeLessThan(1e-4);
          expect(proof.engine.logits.largest).toBeLessThan(1e-4);
          expect(layers.sums > 0).toBe(binarize === "weights+activations");
        },
      );
    }

    it(`does so with the stem of ImageNet, and in the space of NAS-Bench-201: ${binarize}`, async () => {
      const input = { height: 32, width: 64, channels: 3 };
      const deep = modelWith({ input, network: { binarize, stem: "imagenet" } });
      expect(only(await exported(deep, "onnx")).logits.largest).toBeLessThan(1e-4);
      const other = modelWith({ genotype: genotypeOf(nasBench201, 3), space: nasBench201, network: { binarize } });
      expect(only(await exported(other, "onnx")).logits.largest).toBeLessThan(1e-4);
    });
  }

  it.each([
    ["weights", "onnx", 25],
    ["weights+activations", "onnx", 25],
    ["weights", "onnx", 17],
    ["weights+activations", "onnx", 17],
    ["weights+activations", "qonnx", undefined],
  ] as const)("does so with a scale for each output channel: %s, %s %s", async (binarize, format, opset) => {
    const model = modelWith({ genotype: genotypeOf(darts, 3), network: { binarize, xnor: "channel" } });
    const { logits, layers } = only(await exported(model, format, opset === undefined ? {} : { opset }));
    expect(logits.largest).toBeLessThan(1e-4);
    expect(layers.sums > 0).toBe(binarize === "weights+activations");
  });

  it("does so on 1,000 images", async () => {
    const graph = lower(modelWith());
    const images = imagesFor(graph, 1000);
    const consumer = onnxruntime;
    const got = await consumer.run(await request(graph, images));
    const apart = runGraph(graph, images).map((value, i) => Math.abs(value - (got.get("logits")?.[i] ?? Infinity)));
    expect(Math.max(...apart)).toBeLessThan(1e-4);
  });

  it("says how far logits are by numbers of 16 bits, and rounds none with --opset 17", async () => {
    const model = modelWith();
    const { rounding } = await exported(model, "onnx");
    expect(rounding?.largest).toBeGreaterThan(0);
    expect(rounding).toEqual((await exported(model, "bnn")).rounding);
    expect((await exported(model, "onnx", { opset: 17 })).rounding).toBeNull();
  });
});

/** A request for the logits alone, of the file that users get. */
const request = async (graph: Graph, images: Float32Array) => {
  const folder = temporaryFolder();
  const { files, opened } = onnxModel(graph, int2Dialect, {});
  await writeFiles(folder, files);
  const { height, width, channels } = graph.input;
  const shape = [images.length / (height * width * channels), height, width, channels] as const;
  expect((await readFile(join(folder, opened))).length).toBeGreaterThan(0);
  return { model: join(folder, opened), images, shape, values: [{ name: "logits", size: graph.classes.length }] };
};
