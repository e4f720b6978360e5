import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bundle } from "../bundle.js";
import { PLANTED } from "../planted/planted.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const simulator = async (name: string, changes: Parameters<typeof bundle>[1] = []) => {
  const module: typeof import("../simulate-seed.js") = await import(await bundle(`test-${name}`, changes));
  return module.simulateSeed;
};

describe("the simulator", () => {
  it("runs a seed the same however often, and another seed otherwise", async () => {
    const simulateSeed = await simulator("same");
    const [first, again, other] = [await simulateSeed(3), await simulateSeed(3), await simulateSeed(4)];
    expect(first.faults).toEqual([]);
    expect(again).toEqual(first);
    expect(other.traceHash).not.toBe(first.traceHash);
  });

  it("breaks no law where nothing happens", async () => {
    const simulateSeed = await simulator("calm");
    for (let seed = 1; seed <= 5; seed++) expect((await simulateSeed(seed, { kinds: [] })).faults).toEqual([]);
  });

  it("finds a fault that is planted", async () => {
    const planted = PLANTED.find(({ name }) => name === "a worker that drains acknowledges what it did not do");
    const simulateSeed = await simulator("planted", planted?.changes);
    const found: string[] = [];
    for (let seed = 1; seed <= 100 && found.length === 0; seed++) {
      found.push(...(await simulateSeed(seed, { kinds: ["drain"] })).faults);
    }
    expect(found).not.toEqual([]);
  });
});

describe("a planted fault", () => {
  it.each(PLANTED)("fits the source as it is: $name", async ({ changes }) => {
    for (const { file, find } of changes) {
      const text = await readFile(join(root, file), "utf8");
      expect(text.split(find), `${file} must have once: ${find}`).toHaveLength(2);
    }
  });

  it("is one of at least thirty", () => {
    expect(new Set(PLANTED.map(({ name }) => name)).size).toBeGreaterThanOrEqual(30);
  });
});
