import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSpec } from "@bnas/search";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSpec } from "../src/spec/spec-input.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bnas-spec-"));
});
afterAll(() => rm(folder, { recursive: true }));

const file = async (text: string): Promise<string> => {
  const path = join(
    folder,
    `${Math.abs([...text].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) | 0, 7))}.yaml`,
  );
  await writeFile(path, text);
  return path;
};

const manifest = `
apiVersion: bnas.dev/v1alpha1
kind: ArchitectureSearch
metadata:
  name: first
spec:
  dataset: "shapes:"
  preset: smoke
  seed: 5
  weights: { rate: "0.05" }
  trainers:
    max: 2
    resources: { limits: { nvidia.com/gpu: 1 } }
`;
const said = parseSpec({ dataset: "shapes:", preset: "smoke", seed: 5, weights: { rate: 0.05 } });

describe("bnas search --config", () => {
  it("takes the very file that kubectl apply takes, and searches for what it says", async () => {
    expect(await readSpec({ config: await file(manifest) })).toEqual(said);
  });

  it("takes it from among other objects of the file", async () => {
    const config = await file(`apiVersion: v1\nkind: Namespace\nmetadata: { name: searches }\n---${manifest}---\n`);
    expect(await readSpec({ config })).toEqual(said);
  });

  it("lets a flag win over the manifest, as over any file", async () => {
    expect(await readSpec({ config: await file(manifest), seed: 9 })).toEqual({ ...said, seed: 9 });
  });

  it("takes a file of spec fields, or one that is empty", async () => {
    expect(await readSpec({ config: await file("preset: smoke\nseed: 5\nweights: { rate: 0.05 }") })).toEqual(said);
    expect(await readSpec({ config: await file("# nothing\n") })).toEqual(parseSpec({}));
  });

  it.each([
    ["two searches", `${manifest}---${manifest}`, /2 of kind ArchitectureSearch/],
    ["documents without a search", "a: 1\n---\nb: 2", /0 of kind ArchitectureSearch/],
    ["another kind of object", "apiVersion: v1\nkind: Pod", /kind|apiVersion/],
    ["a list", "- 1", /mapping of spec fields/],
    ["broken YAML", "a: [", /YAML or JSON/],
    [
      "a number where the API server wants quotes",
      manifest.replace('"0.05"', "0.05"),
      /spec\.weights\.rate.*Write "0\.05"/,
    ],
    ["a field that does not exist", manifest.replace("seed", "sead"), /Did you mean spec\.seed/],
  ])("refuses %s and says what is wrong", async (_, text, says) => {
    await expect(readSpec({ config: await file(text) })).rejects.toThrow(says);
  });
});
