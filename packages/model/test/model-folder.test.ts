import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nasBench201 } from "@bnas/search";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseConfig, readModel, writeModel } from "../src/index.js";
import { genotypeOf, modelWith } from "./builders.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bnas-model-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const config = async () => JSON.parse(await readFile(join(folder, "config.json"), "utf8"));

describe("a model's folder", () => {
  it("gives back the model that was left there", async () => {
    const model = modelWith();
    await writeModel(folder, model);
    expect(await readModel(folder)).toEqual(model);
    expect((await readdir(folder)).sort()).toEqual(["config.json", "model.safetensors"]);
  });

  it("does for a genotype of another space, whose space it holds", async () => {
    const model = modelWith({ genotype: genotypeOf(nasBench201, 1), space: nasBench201 });
    await writeModel(folder, model);
    expect(await readModel(folder)).toEqual(model);
  });

  it("takes a second model in place of the first, and leaves other files alone", async () => {
    await writeFile(join(folder, "report.html"), "a report");
    await writeModel(folder, modelWith({ seed: 1 }));
    await writeModel(folder, modelWith({ seed: 2 }));
    expect(await readModel(folder)).toEqual(modelWith({ seed: 2 }));
    expect(await readFile(join(folder, "report.html"), "utf8")).toBe("a report");
  });

  it("is never left with a model whose tensors are not those of its network", async () => {
    const model = modelWith();
    const tensors = new Map(model.tensors);
    tensors.delete("stem.norm.mean");
    await expect(writeModel(folder, { ...model, tensors })).rejects.toThrow("tensors.stem.norm.mean: ");
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ["a shape of another network", { shape: [2], values: new Float32Array(2) }, "a tensor of shape [10]"],
    ["a number that is none", { shape: [10], values: new Float32Array(10).fill(Number.NaN) }, "a finite number"],
  ])("refuses a tensor of %s", async (_, tensor, said) => {
    const model = modelWith({ classes: Array.from({ length: 10 }, (_, i) => `class ${i}`) });
    const tensors = new Map([...model.tensors, ["classifier.bias", tensor] as const]);
    await expect(writeModel(folder, { ...model, tensors })).rejects.toThrow(said);
  });

  it("refuses a variance below 0, and a tensor that the network has not", async () => {
    const model = modelWith();
    const below = { shape: [12], values: new Float32Array(12).fill(-1) };
    const negative = new Map([...model.tensors, ["stem.norm.variance", below] as const]);
    await expect(writeModel(folder, { ...model, tensors: negative })).rejects.toThrow("a finite number from 0");
    const more = new Map([...model.tensors, ["momentum/stem.conv", below] as const]);
    await expect(writeModel(folder, { ...model, tensors: more })).rejects.toThrow("the network has none");
  });

  it("is refused where there is none, or no file of tensors", async () => {
    await expect(readModel(join(folder, "none"))).rejects.toThrow("a folder with config.json and model.safetensors");
    await writeModel(folder, modelWith());
    await rm(join(folder, "model.safetensors"));
    await expect(readModel(folder)).rejects.toThrow("ENOENT");
  });

  it("is refused when a byte of its tensors is another, by their digest", async () => {
    await writeModel(folder, modelWith());
    const path = join(folder, "model.safetensors");
    const bytes = await readFile(path);
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(readModel(folder)).rejects.toThrow(/bytes of sha256/);
  });

  it("is refused when its tensors are cut off, by their number of bytes", async () => {
    await writeModel(folder, modelWith());
    const path = join(folder, "model.safetensors");
    await writeFile(path, (await readFile(path)).subarray(0, -1));
    await expect(readModel(folder)).rejects.toThrow(/\d+ bytes/);
  });
});

describe("config.json", () => {
  it.each([
    ["format", "onnx", "config.json.format"],
    ["version", 2, "config.json.version"],
    ["genotype", { normal: [["sep_conv_7x7", 0]] }, "config.json.genotype.normal"],
    ["network", undefined, "config.json.network"],
    ["classes", [], "config.json.classes"],
    ["normalization", { mean: [0.5], std: [0.5] }, "config.json.normalization.mean"],
    ["space", "dart", "config.json.space"],
    ["optimizer", {}, "config.json"],
  ])("is refused for its %s, by the field", async (key, value, said) => {
    await writeModel(folder, modelWith());
    const text = JSON.stringify({ ...(await config()), [key]: value });
    expect(() => parseConfig(text)).toThrow(said);
  });

  it("is refused when it is no JSON", () => {
    expect(() => parseConfig("{")).toThrow("a file of JSON");
  });
});
