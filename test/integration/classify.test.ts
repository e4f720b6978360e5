import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compact, encodeBnn, lower, runGraph, writeModel } from "@bnas/model";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelWith } from "../../packages/model/test/builders.js";
import { bnas, temporaryFolder } from "./bnas.js";

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const model = modelWith({ network: { binarize: "weights+activations" } });
const graph = compact(lower(model));

/** A picture of the model's size, so that nothing is scaled: what the network sees is known. */
const pixels = Uint8Array.from({ length: 192 }, (_, i) => (i * 89) % 256);

beforeAll(async () => {
  await writeModel(path("model"), model);
  writeFileSync(path("model.bnn"), encodeBnn(graph));
  await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
    .png()
    .toFile(path("noise.png"));
  const photograph = sharp({ create: { width: 300, height: 200, channels: 3, background: "#c04020" } });
  await photograph.jpeg().toFile(path("red.jpg"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Probabilities by the reference. */
const expected = (): number[] => {
  const { mean, std } = model.normalization;
  const image = Float32Array.from(pixels, (pixel, i) => (pixel / 255 - (mean[i % 3] ?? 0)) / (std[i % 3] ?? 1));
  const powers = [...runGraph(graph, image)].map(Math.exp);
  return powers.map((power) => power / powers.reduce((sum, one) => sum + one));
};

describe("bnas classify", () => {
  it.each(["model", "model.bnn"])("says the class and its probability, of a folder as of a file: %s", async (name) => {
    const ended = await bnas("classify", path(name), path("noise.png"), "--json");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const said = JSON.parse(ended.stdout);
    const probabilities = expected();
    expect(said.picture).toBe(path("noise.png"));
    expect(Object.keys(said.probabilities)).toEqual(model.classes);
    for (const [i, name] of model.classes.entries()) {
      expect(said.probabilities[name]).toBeCloseTo(probabilities[i] ?? 0, 6);
    }
    expect(said.class).toBe(model.classes[probabilities.indexOf(Math.max(...probabilities))]);
    expect(said.probability).toBe(Math.max(...Object.values<number>(said.probabilities)));
  });

  it("has a line for each picture, of whatever size, with the likeliest class first", async () => {
    const ended = await bnas("classify", path("model.bnn"), path("red.jpg"), path("noise.png"));
    expect(ended.code).toBe(0);
    const lines = ended.stdout.trim().split("\n");
    expect(lines).toHaveLength(2);
    for (const [i, name] of ["red.jpg", "noise.png"].entries()) {
      expect(lines[i]).toMatch(/^.*: (cat|dog|bird) \d+\.\d %, (cat|dog|bird) \d+\.\d %, (cat|dog|bird) \d+\.\d %$/);
      expect(lines[i]).toContain(name);
    }
  });

  it("makes a picture gray for a model of gray images", async () => {
    const gray = modelWith({
      input: { height: 8, width: 8, channels: 1 },
      normalization: { mean: [0.5], std: [0.25] },
    });
    await writeModel(path("gray"), gray);
    expect((await bnas("classify", path("gray"), path("red.jpg"))).code).toBe(0);
  });

  it("refuses what is no model, no picture, or damaged: the field, the value and what to do", async () => {
    const damaged = encodeBnn(graph);
    damaged[300] = (damaged[300] ?? 0) ^ 1;
    writeFileSync(path("damaged.bnn"), damaged);
    writeFileSync(path("words.png"), "words");
    mkdirSync(path("empty"));
    const refusals = [
      [path("none"), path("noise.png"), `MODEL: "${path("none")}" is not allowed; it takes the folder of a model`],
      [path("damaged.bnn"), path("noise.png"), "CRC-32"],
      [path("empty"), path("noise.png"), "a folder with config.json and model.safetensors"],
      [path("model"), path("none.png"), `PICTURE: "${path("none.png")}" is not allowed; it takes a file`],
      [path("model"), path("words.png"), "it takes a JPEG, PNG or WebP image"],
    ] as const;
    for (const [first, second, said] of refusals) {
      const ended = await bnas("classify", first, second);
      expect(ended, said).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(said) });
    }
  });
});
