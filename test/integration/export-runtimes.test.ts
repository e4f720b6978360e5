import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type ExportProof, exportModel } from "@bnas/export";
import { compact, encodeBnn, lower, type Model, runGraph } from "@bnas/model";
import { type Engine, openEngine } from "@bnas/network";
import { beforeAll, describe, expect, it } from "vitest";
import { imagesFor, modelWith } from "../../packages/model/test/builders.js";
import { npmPackages, ONNXRUNTIME } from "../consumers/npm-packages.js";
import { NODE_VERSIONS, nodeOf } from "../consumers/other-nodes.js";
import { pythonWithOnnx } from "../consumers/python.js";
import { temporaryFolder } from "./bnas.js";

const run = promisify(execFile);

/** `npm run test:runtimes` takes 1,000, which docs/measured.md has the result of. */
const IMAGES = Number(process.env.BNAS_RUNTIME_IMAGES ?? 12);
const python = await pythonWithOnnx();
const npm = await npmPackages("onnxruntime", ONNXRUNTIME);
const missing = `${python.missing}${npm.missing}`;

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
});

const proved = async (model: Model, format: string, opset?: number): Promise<ExportProof> => {
  const at = { python: python.path ?? "", folder: npm.folder ?? "." };
  const options = { ...at, format, engine, images: IMAGES, out: join(temporaryFolder(), "out") };
  const proof = await exportModel(model, { ...options, ...(opset === undefined ? {} : { opset }) });
  for (const { name, versions, logits, layers } of proof.consumers) {
    const what = { format, opset, binarize: model.network.binarize, name, versions, logits, layers };
    if (IMAGES >= 1000) console.log(JSON.stringify({ ...what, rounding: proof.rounding }));
  }
  return proof;
};

/** Logits by the runtime in another Node, as hexadecimal digits. */
const logitsIn = async (node: string, model: Model, images: Float32Array): Promise<string> => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "model.bnn"), encodeBnn(compact(lower(model))));
  writeFileSync(join(folder, "images"), images);
  const runtime = pathToFileURL(resolve(import.meta.dirname, "../../packages/runtime/dist/index.js")).href;
  const program = `
    import { readFileSync } from "node:fs";
    import { load } from ${JSON.stringify(runtime)};
    const images = new Uint8Array(readFileSync("images"));
    const network = await load(readFileSync("model.bnn"));
    console.log(Buffer.from(network.logits(new Float32Array(images.buffer)).buffer).toString("hex"));`;
  const options = { cwd: folder, maxBuffer: 1 << 26 };
  const { stdout } = await run(node, ["--input-type=module", "--eval", program], options);
  return stdout.trim();
};

describe.skipIf(missing !== "")(`an exported network, on ${IMAGES} images${missing}`, () => {
  for (const binarize of ["weights", "weights+activations"] as const) {
    const model = modelWith({ network: { binarize } });

    it.each([
      ["onnx", 25, ["onnxruntime", "onnxruntime-node", "onnxruntime-web"]],
      ["onnx", 17, ["onnxruntime", "onnxruntime-node", "onnxruntime-web"]],
      ["qonnx", undefined, ["qonnx"]],
      ["c", undefined, ["C"]],
      ["bnn", undefined, ["runtime"]],
    ] as const)(
      `has equal sums of signs, and logits within 1e-4: ${binarize}, %s %s in %j`,
      async (format, opset, names) => {
        const { consumers, images } = await proved(model, format, opset);
        expect(images.count).toBe(IMAGES);
        expect(consumers.map(({ name }) => name)).toEqual(names);
        for (const { name, versions, logits, layers } of consumers) {
          if (name !== "runtime") expect(versions[name]).toMatch(/\d/);
          expect(logits.largest, name).toBeLessThan(1e-4);
          expect(logits.images, name).toBeGreaterThan(0);
          expect(layers.sums > 0, name).toBe(binarize === "weights+activations" && format !== "bnn");
        }
      },
    );

    it(`has the same bits in the runtime of ${NODE_VERSIONS.join(", ")} of Node, near those of the reference: ${binarize}`, async () => {
      const images = imagesFor(model, IMAGES);
      const nodes = await Promise.all(NODE_VERSIONS.map(nodeOf));
      const found = new Set<string>();
      for (const node of [process.execPath, ...nodes])
        if (node !== undefined) found.add(await logitsIn(node, model, images));
      const [own = "", ...others] = found;
      expect(others).toEqual([]);
      const logits = new Float32Array(new Uint8Array(Buffer.from(own, "hex")).buffer);
      const apart = runGraph(compact(lower(model)), images).map((value, i) =>
        Math.abs(value - (logits[i] ?? Infinity)),
      );
      expect(apart.length).toBe(IMAGES * model.classes.length);
      expect(apart.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(1e-4);
    });
  }
});

describe("a consumer of npm that a folder has not", () => {
  it("is named as missing, and why", async () => {
    const out = join(temporaryFolder(), "out");
    const at = { python: "no-such-python", folder: temporaryFolder() };
    const proof = await exportModel(modelWith(), { ...at, format: "onnx", engine, images: 1, out });
    expect(proof.consumers).toEqual([]);
    expect(Object.keys(proof.missing)).toEqual(["onnxruntime", "onnxruntime-node", "onnxruntime-web"]);
    expect(proof.missing["onnxruntime-node"]).toMatch(/Cannot find module 'onnxruntime-node'/);
  });
});
