import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isInvalidInput, messageOf } from "@bnas/errors";
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

  it("takes the one search of a list, as kubectl get -o yaml writes it", async () => {
    const item = manifest.trim().replaceAll("\n", "\n  ");
    const list = (kind: string) => `apiVersion: v1\nkind: ${kind}\nitems:\n- ${item}\n`;
    for (const kind of ["List", "ArchitectureSearchList"])
      expect(await readSpec({ config: await file(list(kind)) })).toEqual(said);
    const two = `${list("List")}- ${item}\n`;
    await expect(readSpec({ config: await file(two) })).rejects.toThrow(/2 of kind ArchitectureSearch/);
    await expect(readSpec({ config: await file("kind: List\nitems: [1]") })).rejects.toThrow(/mapping of spec fields/);
  });

  it("has at most 32 levels of lists, and 100 aliases to the same values", async () => {
    // The mapping around them is a level, too.
    const levels = async (deep: number) =>
      readSpec({ config: await file(`a: ${"[".repeat(deep)}${"]".repeat(deep)}`) });
    await expect(levels(31)).rejects.toThrow(/only the fields/);
    await expect(levels(32)).rejects.toThrow(/at most 32 levels/);
    const aliases = async (times: number) => readSpec({ config: await file(`a: &a [1]\nb: [${"*a,".repeat(times)}]`) });
    await expect(aliases(99)).rejects.toThrow(/only the fields/);
    await expect(aliases(101)).rejects.toThrow(/at most 100 aliases/);
  });

  const bomb = `a: &a [${"1,".repeat(10)}]\n${["b", "c", "d"].map((name, i) => `${name}: &${name} [${`*${"abc"[i]},`.repeat(10)}]`).join("\n")}`;
  it.each([
    ["an alias to nothing", "warmup: *nothing", /YAML or JSON.*nothing/],
    ["aliases that fill the memory", bomb, /at most 100 aliases/],
    ["an alias of what it is in", "a: &a [*a]", /YAML/],
    ["lists without an end", `a: ${"[".repeat(5_000)}`, /at most 32 levels/],
    ["lists too deep", `a: ${"[".repeat(100)}${"]".repeat(100)}`, /at most 32 levels/],
    [
      "mappings too deep",
      Array.from({ length: 1_500 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""),
      /at most 32 levels/,
    ],
    ["JSON too deep", `{"a":${'{"a":'.repeat(20_000)}1`, /at most 32 levels|YAML or JSON/],
    ["two keys of one name", "seed: 1\nseed: 2", /YAML or JSON/],
    ["a key that is a list", "? [seed]\n: 1", /\[ seed \]/],
    ["a number that is none", "weights: { rate: .nan }", /spec\.weights\.rate: NaN is not allowed/],
    ["an infinite number", "weights: { rate: -.inf }", /spec\.weights\.rate: -Infinity is not allowed/],
    ["a number that is none, within a list", "weights: [.nan]", /\["NaN"\] is not allowed/],
    ["a name with dots", "network.cells: 3", /write network: \{ cells: 3 \}/],
    ["a name with dots and the name of the whole", "spec.network.cells: 3", /write network: \{ cells: 3 \}/],
    ["a misspelt name with dots", "netwerk.cells: 3", /write network: \{ cells: 3 \}/],
    ["a name with two dots", "train.augment.crop: 3", /write train: \{ augment: \{ crop: 3 \} \}/],
    ["text of PowerShell", Buffer.from("\ufeffseed: 1", "utf16le"), /UTF-16/],
  ])("refuses %s as bad input, never as a fault of bnas", async (_, text, says) => {
    const config = join(folder, "bad.yaml");
    await writeFile(config, text);
    const refused = await readSpec({ config }).catch((error: unknown) => error);
    expect(isInvalidInput(refused)).toBe(true);
    expect(messageOf(refused)).toMatch(says);
  });
});
