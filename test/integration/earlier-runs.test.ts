import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { factsFileText, parseFactsFile } from "@bnas/log";
import { printGenotypeJson, replay, searchIdOf } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { runFile, runText, schemaFaults } from "../fixtures/fixtures.js";
import { bnas, read, temporaryFolder } from "./bnas.js";

/** A spec without the fields that are younger than these runs. Their defaults are what these runs did. */
const withoutYounger = ({
  space,
  binarizer,
  protocol,
  supernet,
  derive,
  none,
  conventions,
  genotype,
  train,
  ...spec
}: Record<string, unknown>): object => {
  expect([space, binarizer, protocol, supernet, derive, none].filter((value) => value !== undefined).join()).toMatch(
    /^(darts,xnor,paper,mixture,survivors,allowed)?$/,
  );
  const asThen = { xnor: "tensor", stemNorm: "plain", reductionImages: "shared" };
  expect([undefined, JSON.stringify(asThen)]).toContain(conventions && JSON.stringify(conventions));
  expect(genotype ?? null).toBeNull();
  expect(train ?? {}).not.toMatchObject({ seeds: expect.toSatisfy((seeds: number) => seeds > 0) });
  const { cropArea, jitter, hue, digest, ...data } = spec.data as Record<string, unknown>;
  expect([cropArea, jitter, hue, digest].filter((value) => value !== undefined).join()).toMatch(/^(0,0,0,pixels)?$/);
  const { untrained, ...reduction } = spec.reduction as Record<string, unknown>;
  expect([undefined, 0]).toContain(untrained);
  return { ...spec, data, reduction };
};

/** genotype.json without what the machine decides. */
const withoutEngine = (text: string): object => {
  const { engine: _, madeBy: __, version: ___, spec, ...meta } = JSON.parse(text).meta;
  return { ...JSON.parse(text), meta: { ...meta, spec: withoutYounger(spec) } };
};

/** The genotype alone, as genotype.json begins. */
const answerOf = (text: string): string => {
  const { meta: _, ...genotype } = JSON.parse(text);
  return JSON.stringify(genotype, null, 2);
};

/**
 * The lines of a run in the order of their subjects, each with all of its keys in their order; of its values only the texts that
 * are no hash and no time. So an engine whose sums differ in their last bit gives the same.
 */
const formsOf = (text: string): readonly string[] =>
  text
    .trim()
    .split("\n")
    .filter((line) => JSON.parse(line).fact.kind !== "data.described")
    .map((line) => {
      const { fact: whole, ...recorded } = JSON.parse(line);
      // Younger than these runs.
      const { madeBy, datasetDigest, request, after, root, proof, bytes, ...fact } = whole;
      if (/trained|merged/.test(fact.kind)) delete fact.from;
      const known = fact.spec === undefined ? fact : { ...fact, spec: withoutYounger(fact.spec) };
      return JSON.stringify({ ...recorded, fact: known }, (key, value) => (isKept(key, value) ? value : typeof value));
    })
    .sort();

const isKept = (key: string, value: unknown): boolean =>
  typeof value === "string" ? !["time", "sha256", "checkpoint", "from"].includes(key) : isRecord(value);

const isRecord = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** What is written of the same search by the command of test/fixtures/runs/README.md. */
const sameSearch = async (strategy: string, seed: number): Promise<string> => {
  const folder = temporaryFolder();
  const config = runFile("spec.yaml");
  const { code, stderr } = await bnas(
    ...["search", "--config", config, "--strategy", strategy, "--seed", `${seed}`, "--out", folder],
  );
  expect(code, stderr).toBe(0);
  return folder;
};

describe("a run of an earlier commit", () => {
  // What the earlier commit archives of the facts, by its SHA-256: the order of all keys is in it.
  it.each([
    ["bnas", "41ac0689bcf660822a33b2c05fd2b144ed795a5c8ef3cf414119eae5b62c5a6b"],
    ["pc-darts", "fe1d525eb7066b832dc50314fbfd7b9fc23543a2aeca9b8392e64fbfcdd1c0b7"],
    ["parallel-cut", "035ad3a771961d5973b0f0ba8c149b7e4fe4aadcb57ddb5e03efda297d7fd381"],
  ])("replays without a disagreement, and is archived to the same bytes: %s", async (run, archive) => {
    const path = `${run}/facts.jsonl`;
    const { facts, tornTail } = parseFactsFile(runText(path), path);
    expect(tornTail).toBe(false);
    const { search, disagreements } = replay(
      searchIdOf(facts[0]?.subject ?? ""),
      facts.map(({ fact }) => fact),
    );
    expect(disagreements).toEqual([]);
    if (run === "parallel-cut") expect(search.ended).toBeUndefined();
    else {
      if (search.ended?.kind !== "search.finished") throw new Error(`${run} did not finish`);
      expect(answerOf(printGenotypeJson(search.ended.genotype))).toBe(answerOf(runText(`${run}/genotype.json`)));
    }
    expect(createHash("sha256").update(factsFileText(facts)).digest("hex")).toBe(archive);
    const { code, stderr } = await bnas("replay", runFile(path));
    expect(code, stderr).toBe(0);
  });

  it("that was killed is resumed to the genotype of the same search undisturbed", async () => {
    const folder = join(temporaryFolder(), "run");
    cpSync(runFile("parallel-cut"), folder, { recursive: true });
    execFileSync("tar", ["-xzf", "blobs.tar.gz"], { cwd: folder });
    const expected = read(folder, "genotype.json");
    execFileSync("rm", ["genotype.json", "blobs.tar.gz"], { cwd: folder });
    const { code, stderr } = await bnas("search", "--resume", "--out", folder);
    expect(code, stderr).toBe(0);
    expect(withoutEngine(read(folder, "genotype.json"))).toEqual(withoutEngine(expected));
    expect(answerOf(read(folder, "genotype.json"))).toBe(answerOf(expected));
    // What was there stays as it was, byte for byte.
    expect(read(folder, "facts.jsonl").startsWith(runText("parallel-cut/facts.jsonl"))).toBe(true);
  });

  it.each([
    ["bnas", 3],
    ["pc-darts", 4],
  ])("is made again of lines with the same keys in the same order: %s", async (strategy, seed) => {
    const folder = await sameSearch(strategy, seed);
    expect(formsOf(read(folder, "facts.jsonl"))).toEqual(formsOf(runText(`${strategy}/facts.jsonl`)));
  });
});

describe("a run of this commit", () => {
  it("of a strategy that trains nothing has lines that docs/facts.schema.json describes, too", async () => {
    const faults = schemaFaults();
    const lines = read(await sameSearch("random", 5), "facts.jsonl")
      .trim()
      .split("\n");
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(faults(line)).toBeNull();
  });
});
