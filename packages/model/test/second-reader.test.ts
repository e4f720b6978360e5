import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { darts, nasBench201, PUBLISHED } from "@bnas/search";
import { afterAll, describe, expect, it } from "vitest";
import { compact, encodeBnn, lower, type Model, runGraph } from "../src/index.js";
import { genotypeOf, imagesFor, modelWith } from "./builders.js";

const READER = join(import.meta.dirname, "read_bnn.py");
const absent = spawnSync("python3", ["--version"]).status === 0 ? "" : " (not run: there is no python3)";
const folder = mkdtempSync(join(tmpdir(), "bnas-reader-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, data: string | Uint8Array): string => {
  writeFileSync(join(folder, name), data);
  return join(folder, name);
};

const models: readonly (readonly [string, Model])[] = (["none", "weights", "weights+activations"] as const).flatMap(
  (binarize) => [
    [`the authors' genotype, ${binarize}`, modelWith({ genotype: PUBLISHED, network: { binarize } })] as const,
    [
      `a random one, ${binarize}`,
      modelWith({ genotype: genotypeOf(darts, 9), network: { binarize }, seed: 9 }),
    ] as const,
    [
      `one of NAS-Bench-201, ${binarize}`,
      modelWith({ genotype: genotypeOf(nasBench201, 6), space: nasBench201, network: { binarize, cells: 5 } }),
    ] as const,
  ],
);

describe(`a reader in Python that was written from docs/formats/bnn.md alone${absent}`, () => {
  it.runIf(absent === "").each(models)(
    "finds the same numbers in a file, and computes the same logits: %s",
    (_, model) => {
      const graph = compact(lower(model));
      const image = imagesFor(graph, 1);
      const args = [READER, file("model.bnn", encodeBnn(graph)), file("image.json", JSON.stringify([...image]))];
      const read = JSON.parse(execFileSync("python3", args, { encoding: "utf8", maxBuffer: 2 ** 26 }));
      const { input, classes, normalization, origin } = graph;
      expect(read.info).toEqual({ input, classes, normalization, origin });
      const tensors = graph.nodes.flatMap((node) => {
        if ("weights" in node) return [[...node.weights.values]];
        if (node.kind === "threshold") return [[...node.at]];
        if (node.kind === "affine") return [[...node.factor, ...node.offset]];
        return node.kind === "linear" ? [[...node.weight.values], [...node.bias]] : [];
      });
      expect(read.tensors).toEqual(tensors);
      for (const [i, logit] of runGraph(graph, image).entries())
        expect(Math.abs(read.logits[i] - logit)).toBeLessThan(1e-4);
    },
  );

  it.runIf(absent === "")("refuses a damaged file, too", () => {
    const bytes = encodeBnn(compact(lower(modelWith())));
    bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
    const { status, stderr } = spawnSync("python3", [READER, file("damaged.bnn", bytes), "-"], { encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toContain("a block of CRC-32");
  });
});
