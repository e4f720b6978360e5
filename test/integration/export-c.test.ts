import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { exportModel } from "@bnas/export";
import { lower, type Model, runGraph } from "@bnas/model";
import { type Engine, openEngine } from "@bnas/network";
import { darts, nasBench201 } from "@bnas/search";
import { beforeAll, describe, expect, it } from "vitest";
import { cFiles } from "../../packages/export/src/c/c-files.js";
import { writeFiles } from "../../packages/export/src/form/write-files.js";
import { cConsumer } from "../../packages/export/src/proof/c-consumer.js";
import { genotypeOf, imagesFor, modelWith } from "../../packages/model/test/builders.js";
import { borderGraph, onePixelImages } from "../consumers/border-graph.js";
import { temporaryFolder } from "./bnas.js";

const run = promisify(execFile);
const consumer = cConsumer("cc");
const found = await consumer.find();
const missing = typeof found === "string" ? " (skipped: needs a C compiler, cc)" : "";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
});

const exported = async (model: Model, images = 2) => {
  const out = join(temporaryFolder(), "out");
  const proof = await exportModel(model, { format: "c", out, engine, python: "", folder: ".", images });
  return { out, proof };
};

/** As `--preset smoke` trains it: 3 cells of 8 channels, on images of shapes. */
const smoke = (binarize: Model["network"]["binarize"], seed?: number): Model =>
  modelWith({
    network: { cells: 3, channels: 8, binarize },
    input: { height: 16, width: 16, channels: 3 },
    ...(seed === undefined ? {} : { genotype: genotypeOf(darts, seed), seed }),
  });

describe.skipIf(missing !== "")(`a network in C, compiled with all warnings as errors${missing}`, () => {
  it.each([
    [7, 9],
    [8, 6],
  ])("has our numbers at every pixel of %ix%i images, in every operation", async (height, width) => {
    const graph = borderGraph({ height, width, channels: 6 });
    const images = onePixelImages(graph.input);
    const wanted = new Map<string, Float32Array>();
    runGraph(graph, images, ({ name }, values) => void wanted.set(name, values));
    const folder = temporaryFolder();
    const { traced } = cFiles(modelWith(), graph);
    await writeFiles(folder, traced.files);
    const shape = [height * width, height, width, 6] as const;
    const values = [...traced.values, { name: "logits", size: 2 }];
    const got = await consumer.run({ model: folder, images, shape, values });
    // The sign of the image, which convolutions alone read, is no value of its own.
    expect(got.size).toBe(graph.nodes.length - 1);
    for (const { name } of traced.values) expect(got.get(name), name).toEqual(wanted.get(name));
  });

  for (const binarize of ["none", "weights", "weights+activations"] as const) {
    it(`gives the logits of our reference bit for bit: ${binarize}`, async () => {
      for (const model of [smoke(binarize), smoke(binarize, 2)]) {
        const { logits, layers } = (await exported(model)).proof.consumers[0] ?? {};
        expect(logits).toMatchObject({ largest: 0 });
        expect(layers).toMatchObject({ largest: 0, signs: 0 });
        expect((layers?.sums ?? 0) > 0).toBe(binarize === "weights+activations");
      }
    });

    it(`does so with a scale for each output channel: ${binarize}`, async () => {
      const model = modelWith({ genotype: genotypeOf(darts, 3), network: { binarize, xnor: "channel" } });
      expect((await exported(model)).proof.consumers[0]?.logits).toMatchObject({ largest: 0 });
    });

    it(`does so with the stem of ImageNet, and in the space of NAS-Bench-201: ${binarize}`, async () => {
      const input = { height: 32, width: 64, channels: 3 };
      const deep = modelWith({ input, network: { binarize, stem: "imagenet" } });
      const other = modelWith({ genotype: genotypeOf(nasBench201, 3), space: nasBench201, network: { binarize } });
      for (const model of [deep, other]) {
        expect((await exported(model)).proof.consumers[0]?.logits).toMatchObject({ largest: 0 });
      }
    });

    it(`takes less than 64 KB of memory for the network of the smoke preset, and allocates none: ${binarize}`, async () => {
      const { out } = await exported(smoke(binarize), 1);
      const objects = ["bnas_network", "bnas_layers"].map((name) => join(out, `${name}.o`));
      for (const object of objects) {
        await run("cc", ["-std=c99", "-O2", "-c", object.replace(/o$/, "c"), "-o", object]);
      }
      const { stdout: sizes } = await run("size", objects);
      // text, data, bss: what is changed is in the last two.
      const taken = sizes
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/).slice(1, 3).map(Number));
      const bytes = taken.flat().reduce((sum, one) => sum + one, 0);
      expect(bytes).toBeLessThan(64 * 1024);
      const [, promised] = /BNAS_MEMORY (\d+)/.exec(readFileSync(join(out, "bnas_network.h"), "utf8")) ?? [];
      expect(Number(promised)).toBeLessThanOrEqual(bytes);
      const { stdout: needed } = await run("nm", ["-u", ...objects]);
      expect(needed.match(/\b(malloc|calloc|realloc|free|fopen)\b/)).toBeNull();
    });
  }

  it("gives the logits of 1,000 images, and the class of pixels", async () => {
    const model = modelWith();
    const graph = lower(model);
    const { out } = await exported(model, 1);
    const images = imagesFor(model, 1000);
    const values = [{ name: "logits", size: 3 }];
    const got = (await consumer.run({ model: out, images, shape: [1000, 8, 8, 3], values })).get("logits");
    const apart = runGraph(graph, images).map((value, i) => Math.abs(value - (got?.[i] ?? Infinity)));
    expect(Math.max(...apart)).toBeLessThan(1e-4);

    const pixels = Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 37) % 256);
    const { mean, std } = model.normalization;
    const image = Float32Array.from(pixels, (pixel, i) => (pixel / 255 - (mean[i % 3] ?? 0)) / (std[i % 3] ?? 1));
    const logits = runGraph(graph, image);
    const program = join(temporaryFolder(), "classify");
    await run("sh", [
      "-c",
      `echo '#include <stdio.h>
#include "bnas_network.h"
int main(void) {
  const unsigned char pixels[] = {${pixels.join(", ")}};
  float logits[BNAS_CLASSES];
  puts(bnas_classes[bnas_classify(pixels, logits)]);
  return 0;
}' | cc -std=c99 -Wall -Wextra -Werror -I ${out} -x c - ${out}/bnas_network.c ${out}/bnas_layers.c -o ${program}`,
    ]);
    const { stdout } = await run(program);
    expect(stdout.trim()).toBe(model.classes[logits.indexOf(Math.max(...logits))]);
  });
});
