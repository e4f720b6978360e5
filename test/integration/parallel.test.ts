import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseFactsFile } from "@bnas/log";
import { openStore } from "@bnas/mesh";
import { mergeManifests, readManifest } from "@bnas/store";
import { beforeAll, describe, expect, it } from "vitest";
import { bnas, configFile, decisions, read, started, temporaryFolder, untilLines } from "./bnas.js";

const script = fileURLToPath(new URL("../search-by-trainers.js", import.meta.url));
const passes = { reduction: { passes: 2, batch: 30 } };

/** Search in a process of its own with so many trainers. */
const search = async (parallel: number, trainers: number, given: object = {}): Promise<string> => {
  const folder = temporaryFolder();
  const config = configFile({ ...passes, ...given, parallel, seed: 7 });
  const child = spawn(process.execPath, [script, config, folder, `${trainers}`], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
  return folder;
};

/** Decisions of a folder but for the spec, which says `parallel`, and without the name of the search. */
const decided = (folder: string): string[] =>
  decisions(folder)
    .map((line) => line.replace(/bnas\.search\.[a-z0-9-]+\./, ""))
    .filter((line) => !line.startsWith('{"subject":"opened"'));

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);

describe("samples trained side by side", () => {
  let one: string;

  beforeAll(async () => {
    one = await search(2, 1);
  });

  it.each([
    [4, 2],
    [4, 3],
  ])("give the same facts with parallel %i on %i trainers as with parallel 2 on one", async (parallel, trainers) => {
    const folder = await search(parallel, trainers);
    expect(decided(folder)).toEqual(decided(one));
    // A merge takes by reference, so that the blobs are the same too.
    expect(bytesIn(join(folder, "blobs"))).toBe(bytesIn(join(one, "blobs")));
  });

  it("by the fair protocol give the same facts one at a time on one trainer as four at a time on two, and others than without it", async () => {
    const [alone, together] = [await search(1, 1, { protocol: "fair" }), await search(4, 2, { protocol: "fair" })];
    expect(decided(together)).toEqual(decided(alone));
    expect(decided(alone)).not.toEqual(decided(one));
  });

  it("were merged after each of the 14 passes, and replay to every decision", async () => {
    expect(decided(one).filter((line) => /"pass\.merged"/.test(line))).toHaveLength(14);
    const { code, stderr, stdout } = await bnas("replay", join(one, "facts.jsonl"));
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/finished: Genotype\(/);
  });

  it("share the stem, the preprocessing and the classifier with their momentum, and no operation", async () => {
    const store = await openStore(`dir:${join(one, "blobs")}`);
    const { facts } = parseFactsFile(read(one, "facts.jsonl"), "facts.jsonl");
    for (const { fact } of facts) {
      if (fact.kind !== "pass.merge.requested" || fact.samples.length < 2) continue;
      const base = await readManifest(store, fact.from);
      const parts = await Promise.all(fact.samples.map(({ checkpoint }) => readManifest(store, checkpoint)));
      const { union, shared } = mergeManifests(base, parts);
      const common = [...base.keys()].filter((name) =>
        /^(momentum\/)?(stem|classifier|cell\.\d+\.preprocess)\b/.test(name),
      );
      expect([...shared.keys()].sort()).toEqual(common.sort());
      expect(new Set([...shared.values()].map(String))).toEqual(new Set([[...parts.keys()].join()]));
      const own = [...union].filter(([name, { sha256 }]) => base.get(name)?.sha256 !== sha256).map(([name]) => name);
      expect(own.length).toBeGreaterThan(0);
      for (const name of own) expect(name).toMatch(/^(momentum\/)?cell\.\d+\.edge\./);
    }
  });

  describe("by the command line", () => {
    const whole = join(temporaryFolder(), "whole");
    const begin = ["search", "--config", configFile(passes), "--seed", "7", "--parallel", "4", "--out"];

    beforeAll(async () => {
      const { code, stderr } = await bnas(...begin, whole);
      expect(code, stderr).toBe(0);
    });

    it("give what they gave elsewhere, and the report says in which order they were trained", () => {
      expect(decided(whole)).toEqual(decided(one));
      expect(read(whole, "report.html")).toContain(
        "side by side: every sample of a pass starts from the weights of the pass",
      );
    });

    // 8 facts are there when the samples of the first pass are asked for, 17 when it is merged.
    it.each([9, 11, 14, 40])("continue to the same genotype after a kill -9 at %i facts", async (facts) => {
      const folder = join(temporaryFolder(), "killed");
      const run = started(...begin, folder);
      await untilLines(join(folder, "facts.jsonl"), facts);
      run.process.kill("SIGKILL");
      await run.ended;
      expect(existsSync(join(folder, "genotype.json"))).toBe(false);

      const { code, stderr } = await bnas("search", "--resume", "--out", folder);
      expect(code, stderr).toBe(0);
      expect(read(folder, "genotype.json")).toBe(read(whole, "genotype.json"));
      expect(decisions(folder)).toEqual(decisions(whole));
    });

    it("do not continue one after another: that would be another search", async () => {
      const { code, stderr } = await bnas(
        "search",
        "--resume",
        "--config",
        configFile(passes),
        "--seed",
        "7",
        "--out",
        whole,
      );
      expect(code).toBe(2);
      expect(stderr).toMatch(/parallel.*1.*4/);
    });
  });
});
