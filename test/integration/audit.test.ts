import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { factsFileText, parseFactsFile } from "@bnas/log";
import { beforeAll, describe, expect, it } from "vitest";
import { bnas, configFile, temporaryFolder } from "./bnas.js";

describe("bnas audit", () => {
  const folder = join(temporaryFolder(), "found");
  const facts = join(folder, "facts.jsonl");

  beforeAll(async () => {
    const config = configFile({ strategy: "posterior", parallel: 2, train: { seeds: 1, epochs: 1, batch: 20 } });
    const { code, stderr } = await bnas("search", "--config", config, "--out", folder);
    expect(code, stderr).toBe(0);
  });

  it("finds every job of a search equal, to the last bit, of trainers and of evaluators", async () => {
    const { code, stdout, stderr } = await bnas("audit", facts, "--fraction", "1");
    expect(code, stderr + stdout).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines.filter((line) => !line.endsWith("equal, bit for bit"))).toEqual([]);
    for (const kind of ["warmup.epoch.1.trained", "sample.1.trained", "sample.1.evaluated", "merged", "model"]) {
      expect(stdout).toContain(kind);
    }
    expect(stderr).toMatch(/of (\d+) jobs \1 are equal, 0 are not, 0 cannot be compared/);
  });

  it("does the part that is asked for", async () => {
    const { code, stdout } = await bnas("audit", facts, "--fraction", "0.05", "--seed", "3", "--json");
    expect(code).toBe(0);
    for (const line of stdout.trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ result: "equal" });
  });

  it("finds an accuracy that was made up although every line is sealed again, and names it", async () => {
    const text = readFileSync(facts, "utf8");
    const forged = parseFactsFile(text, facts).facts.map((stored) =>
      stored.fact.kind === "sample.evaluated" && stored.fact.sample === 1 && stored.fact.round === 1
        ? { ...stored, fact: { ...stored.fact, correct: stored.fact.total } }
        : stored,
    );
    writeFileSync(facts, factsFileText(forged));
    const { code, stdout } = await bnas("audit", facts, "--fraction", "1");
    writeFileSync(facts, text);
    expect(code).toBe(4);
    expect(stdout).toMatch(/round\.1\.pass\.1\.sample\.1\.evaluated: correct was recorded as 30, and is \d+ now/);
  });

  it("refuses a share of nothing, and facts of nothing", async () => {
    for (const share of ["0", "1.5", "x", "-1"]) {
      expect((await bnas("audit", facts, "--fraction", share)).code).toBe(2);
    }
    expect((await bnas("audit", join(folder, "nowhere.jsonl"))).code).toBe(2);
  });
});
