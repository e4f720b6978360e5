import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { readCode } from "../src/engine/code-digest.js";

const root = join(import.meta.dirname, "../../..");
const NEEDED = ["errors", "kernels", "network", "search"];

/** What a copy of the source says of itself, with a file of it changed. @param change path and text that is added to it */
const digestOfCopy = async (change?: readonly [path: string, text: string]): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "code-"));
  for (const name of NEEDED) {
    const place = join(folder, "node_modules/@bnas", name);
    mkdirSync(place, { recursive: true });
    for (const part of ["src", "package.json"]) {
      cpSync(join(root, "packages", name, part), join(place, part), { recursive: true });
    }
  }
  if (change !== undefined) {
    const path = join(folder, "node_modules/@bnas", change[0]);
    writeFileSync(path, `${readFileSync(path, "utf8")}${change[1]}`);
  }
  const copy = join(folder, "node_modules/@bnas/network/src/engine/code-digest.ts");
  const { readCode: ofCopy } = await import(pathToFileURL(copy).href);
  return (await ofCopy()).digest;
};

describe("the digest of the code that computes", () => {
  it("is the same for the same code in another folder, with the version of the package", async () => {
    const { version, digest } = await readCode();
    expect(version).toBe(JSON.parse(readFileSync(join(root, "packages/network/package.json"), "utf8")).version);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await digestOfCopy()).toBe(digest);
  });

  it.each([
    ["network/src/train/sgd.ts", "a step of the optimizer"],
    ["search/src/random/random.ts", "the stream of random numbers"],
    ["errors/src/index.ts", "what all others need"],
  ])("is another when %s is another: %s", async (path) => {
    expect(await digestOfCopy([path, "\n// changed\n"])).not.toBe((await readCode()).digest);
  });

  it("is another with a module of operations, and with another module yet another", async () => {
    const place = join(mkdtempSync(join(tmpdir(), "operations-")), "mine.mjs");
    writeFileSync(place, "export default [];");
    const first = await readCode(place);
    writeFileSync(place, "export default [ ];");
    const digests = [(await readCode()).digest, first.digest, (await readCode(place)).digest];
    expect(new Set(digests).size).toBe(3);
  });
});
