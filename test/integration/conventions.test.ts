import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bnas, configFile, read, temporaryFolder } from "./bnas.js";

/** A search from its start to its end, and what it left. */
const searched = async (change: object) => {
  const out = join(temporaryFolder(), "found");
  const { code, stderr } = await bnas("search", "--config", configFile(change), "--out", out);
  expect(code, stderr).toBe(0);
  const replayed = await bnas("replay", join(out, "facts.jsonl"));
  expect(replayed.code, replayed.stderr).toBe(0);
  return out;
};

describe("a search by other conventions than those of the presets", () => {
  it("has scales by channel, an affine stem and reduction images of its own, says so in its report, and replays", async () => {
    const conventions = { xnor: "channel", stemNorm: "affine", reductionImages: "disjoint" };
    const out = await searched({ conventions, protocol: "fair", binarize: "weights+activations" });
    expect(read(out, "facts.jsonl")).toContain(JSON.stringify(conventions));
    // 120 images: 30 to evaluate on, and two halves of what is left.
    expect(read(out, "report.html")).toContain("weight 45, strength 45, reduction 30");
  });

  it("of cp-nas evaluates each sample twice and trains it once", async () => {
    const out = await searched({ strategy: "cp-nas" });
    const facts = read(out, "facts.jsonl").split("\n");
    const evaluated = facts.filter((line) => line.includes('"kind":"sample.evaluated"'));
    expect(evaluated.length).toBe(facts.filter((line) => line.includes('"kind":"sample.trained"')).length);
    for (const line of evaluated) expect(line).toMatch(/"correct":\d+,"total":30,"parent":\d+/);
  });
});
