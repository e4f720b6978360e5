import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "@bnas/errors";
import { factsFileText } from "@bnas/log";
import { buildDerived, type LatencyTable } from "@bnas/network";
import { nasBench201, PUBLISHED, parseGenotype, record, writerOf } from "@bnas/search";
import { aSpec, simulate } from "@bnas/testing";
import { afterAll, describe, expect, it } from "vitest";
import { benchCommand } from "../src/commands/local/bench.js";
import { type DeriveFlags, deriveCommand } from "../src/commands/local/derive.js";
import { boundsOfFlag, figure } from "../src/spec/bound-flags.js";
import { CIFAR } from "../src/spec/derived-flags.js";
import type { Surroundings } from "../src/terminal/surroundings.js";

const folder = mkdtempSync(join(tmpdir(), "bnas-derive-"));
afterAll(() => rmSync(folder, { recursive: true }));
const RUNS = new URL("../../test/fixtures/runs", import.meta.url).pathname;

const quiet = (lines: string[]): Surroundings => ({
  out: (line) => lines.push(line),
  note: () => undefined,
  status: undefined,
  interrupted: new AbortController().signal,
  takeInterrupts: () => {},
  outliveReader: () => {},
  flushed: () => Promise.resolve(),
  recorder: { span: () => undefined, record: () => undefined } as never, // No command of these uses it.
  env: {},
});

const derive = async (flags: Partial<DeriveFlags> = {}, facts = "bnas/facts.jsonl"): Promise<string> => {
  const lines: string[] = [];
  const all = { cells: 20, channels: 36, dryRun: false, json: false, ...flags };
  expect(await deriveCommand(join(RUNS, facts), all, quiet(lines))).toBe(0);
  return lines.join("\n");
};

const NETWORK = { cells: 20, channels: 36, stem: "cifar", binarize: "weights" } as const;

describe("bnas derive", () => {
  it("prints the best genotype within the bounds, and what it costs by the network's own count", async () => {
    const text = await derive({ atMost: ["bits=5M,ops=400M"] });
    const genotype = parseGenotype(/^Genotype.*$/m.exec(text)?.[0] ?? "");
    const { bits, multiplyAdds } = buildDerived(genotype, { ...NETWORK, auxiliary: false }, CIFAR).cost;
    expect(bits).toBeLessThanOrEqual(5e6);
    expect(multiplyAdds).toBeLessThanOrEqual(4e8);
    expect(text).toContain(`bits     ${figure("bits", bits)} of at most 5 M`);
    expect(text).toContain(`ops      ${figure("ops", multiplyAdds)} of at most 400 M`);
    expect(text).toMatch(/worth +99\.\d % of the best without bounds/);
  });

  it("gives the search's own answer where nothing binds, of bnas and of pc-darts", async () => {
    for (const strategy of ["bnas", "pc-darts"]) {
      const { meta: _, ...own } = JSON.parse(readFileSync(join(RUNS, strategy, "genotype.json"), "utf8"));
      const found = JSON.parse(await derive({ atMost: ["bits=1G"], json: true }, `${strategy}/facts.jsonl`));
      expect(found).toMatchObject(own);
      expect(found.worth).toBe(found.best);
    }
  });

  it("answers every budget, a JSON object a line, and one that is larger is never worth less", async () => {
    const atMost = Array.from(
      { length: 20 },
      (_, step) => `bits=${(3.6 + step / 5).toFixed(1)}M,ops=${300 + 20 * step}M`,
    );
    const answers = (await derive({ atMost, json: true })).split("\n").map((line) => JSON.parse(line));
    expect(answers).toHaveLength(20);
    for (const [at, { worth, costs, atMost: bounds }] of answers.entries()) {
      expect(worth).toBeGreaterThanOrEqual(answers[at - 1]?.worth ?? 0);
      expect(costs.bits).toBeLessThanOrEqual(bounds.bits);
      expect(costs.ops).toBeLessThanOrEqual(bounds.ops);
    }
  });

  it("prints least, middle and most of the space, and the search's own answer, for a dry run", async () => {
    const [head, bits, ops] = (await derive({ dryRun: true })).split("\n");
    expect(head?.trim().split(/ {2,}/)).toEqual(["least", "middle", "most", "own answer"]);
    expect(bits).toMatch(/^bits +3\.51 M +6\.017 M +8\.977 M +6\.825 M$/);
    expect(ops).toMatch(/^ops/);
  });

  it("refuses bounds that nothing meets with the least that there is, which is met", async () => {
    await expect(derive({ atMost: ["bits=3.5M"] })).rejects.toThrow(/--at-most.*bits from 3510096 on/);
    expect(await derive({ atMost: ["bits=3510096"] })).toContain("skip_connect");
  });

  const factsOf = (id: string, spec: Parameters<typeof aSpec>[0]): string => {
    const { facts } = simulate(aSpec(spec), { seed: 1 });
    return factsFileText(facts.map((fact) => record(id, fact, writerOf(fact.kind), "2026-01-01T00:00:00.000Z")));
  };
  const fileOf = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it("answers for a search of another space, but by no table of latencies", async () => {
    const facts = fileOf("cells.jsonl", factsOf("a", { space: "nas-bench-201" }));
    const lines: string[] = [];
    const flags = { cells: 5, channels: 4, atMost: ["bits=160k"], dryRun: false, json: true };
    expect(await deriveCommand(facts, flags, quiet(lines))).toBe(0);
    const { costs, cell } = JSON.parse(lines[0] ?? "");
    const options = {
      cells: 5,
      channels: 4,
      stem: "cifar",
      binarize: "weights",
      auxiliary: false,
      space: nasBench201,
    } as const;
    const { bits } = buildDerived({ cell, cell_concat: [3] }, options, CIFAR).cost;
    expect(costs.bits).toBe(bits);
    expect(bits).toBeLessThanOrEqual(160_000);
    await expect(deriveCommand(facts, { ...flags, latency: "x.json" }, quiet([]))).rejects.toThrow(
      /--latency.*space darts; this one is of nas-bench-201/,
    );
  });

  it("says how far below the best an answer is where worth has no zero, of posterior", async () => {
    const lines: string[] = [];
    const facts = fileOf("posterior.jsonl", factsOf("a", { strategy: "posterior" }));
    const flags = { cells: 20, channels: 36, atMost: ["bits=1G", "bits=4M"], dryRun: false, json: false };
    await deriveCommand(facts, flags, quiet(lines));
    expect(lines.filter((line) => line.startsWith("worth"))).toEqual([
      expect.stringMatching(/ 0\.000 below the best without bounds/),
      expect.stringMatching(/ [0-9.]+ below the best without bounds/),
    ]);
  });

  it("refuses facts that it cannot answer from, and says why", async () => {
    const from = (name: string, text: string) =>
      deriveCommand(fileOf(name, text), { cells: 20, channels: 36, dryRun: true, json: false }, quiet([]));
    await expect(from("random.jsonl", factsOf("a", { strategy: "random" }))).rejects.toThrow(/FACTS.*random/);
    const two = factsOf("a", {}) + factsOf("b", {});
    await expect(from("two.jsonl", two)).rejects.toThrow(/FACTS.*facts of one search; it has 2.*bnas facts/);
    await expect(from("none.jsonl", "")).rejects.toThrow(/FACTS.*at least one whole fact/);
  });

  it("answers nothing from a record that does not follow from itself", async () => {
    const forged = simulate(aSpec(), { seed: 1 }).facts.map((fact) =>
      fact.kind === "search.finished" ? { ...fact, genotype: PUBLISHED } : fact,
    );
    const text = factsFileText(
      forged.map((fact) => record("a", fact, writerOf(fact.kind), "2026-01-01T00:00:00.000Z")),
    );
    const lines: string[] = [];
    const flags = { cells: 20, channels: 36, atMost: ["bits=5M"], dryRun: false, json: false };
    expect(await deriveCommand(fileOf("forged.jsonl", text), flags, quiet(lines))).toBe(EXIT.damaged);
    expect(lines).toEqual([]);
  });

  it("draws a picture, of each metric that is bounded", async () => {
    const picture = join(folder, "front.svg");
    await derive({ atMost: ["bits=5M,ops=400M"], picture });
    const svg = readFileSync(picture, "utf8");
    expect(svg).toContain("bits to store the derived network");
    expect(svg).toContain("multiply-adds of one image");
    await derive({ atMost: ["ops=400M"], picture });
    expect(readFileSync(picture, "utf8")).not.toContain("bits to store");
    await expect(derive({ atMost: ["ops=400M"], picture: join(folder, "no", "x.svg") })).rejects.toThrow(
      /--picture.*ENOENT/,
    );
  });

  it.each([
    [{}, /--at-most.*nothing.*--dry-run/],
    [{ atMost: ["bit=5"] }, /--at-most.*bit.*Did you mean bits/],
    [{ atMost: ["bits=5,bits=6"] }, /--at-most.*one bound on bits/],
    [{ atMost: ["bits=-5"] }, /--at-most.*bits=-5.*MB/],
    [{ atMost: ["bits=5ms"] }, /--at-most.*bits=5ms/],
    [{ atMost: ["bits=constructor"] }, /--at-most.*bits=constructor/],
    [{ atMost: ["bits"] }, /--at-most.*number/],
    [{ atMost: ["bits=5=6"] }, /--at-most.*bits=5=6/],
    [{ atMost: ["latency=5ms"] }, /--at-most.*latency.*bnas bench --latency/],
    [{ atMost: ["latency=5ms"], latency: "nowhere.json" }, /--latency.*nowhere\.json.*ENOENT/],
  ])("refuses %j", async (flags, words) => {
    await expect(derive(flags)).rejects.toThrow(words);
  });

  it("reads bounds in the units that people use", () => {
    expect(boundsOfFlag("bits=0.5MB,ops=0.4G,latency=60ms")).toEqual({ bits: 4e6, ops: 4e8, latency: 6e7 });
    expect(boundsOfFlag("latency=12.5")).toEqual({ latency: 12.5e6 });
    expect(boundsOfFlag("latency=900us, bits=7k")).toEqual({ latency: 9e5, bits: 7000 });
  });
});

describe("bnas bench --latency", () => {
  const SMALL = { cells: 3, channels: 2 };
  let ticks = 0;
  /** Every look at it is a millisecond later, so each part of a network takes one. */
  const clock = () => ticks++;
  const bench = async (flags: { json?: string; latency?: boolean; check?: number } = {}): Promise<string[]> => {
    const lines: string[] = [];
    const all = { latency: true, engine: "cpu", binarize: "weights", runs: 1, check: 0, ...SMALL, ...flags } as const;
    expect(await benchCommand(all, clock, quiet(lines))).toBe(0);
    return lines;
  };
  const json = join(folder, "table.json");

  it("prints and writes a table, and how far it is off", async () => {
    const lines = await bench({ json, check: 2 });
    expect(lines[0]).toMatch(/through 3 cells of 2 channels, weights, on the engine cpu: 5 ms without links/);
    expect(lines.find((line) => line.startsWith("sep_conv_5x5"))).toMatch(/0 ms +0 ms +0 ms/);
    expect(lines.at(-1)).toMatch(/^2 random networks of 5 ms to 5 ms: .* off by 0\.0 % \(median\)/);
    expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({ engine: "cpu", runs: 1, input: CIFAR });
  });

  it("writes over no file, and says what it measures", async () => {
    await expect(bench({ json })).rejects.toThrow(/--json.*not there yet/);
    await expect(bench({ latency: false })).rejects.toThrow(/--latency/);
  });

  it("makes bounds that are met alone and not together, which are refused with the least of each", async () => {
    const table: LatencyTable = JSON.parse(readFileSync(json, "utf8"));
    const small = join(folder, "small-is-slow.json");
    // What has no weights takes a millisecond in each cell.
    const slow = (times: object) =>
      Object.fromEntries(Object.keys(times).map((name) => [name, name.includes("conv") ? 0 : 1e6]));
    const cells = table.cells.map((cell) => ({
      ...cell,
      operations: slow(cell.operations),
      halving: slow(cell.halving),
    }));
    writeFileSync(small, JSON.stringify({ ...table, cells }));
    const within = (bounds: string) => derive({ ...SMALL, atMost: [bounds], latency: small });
    const [, bits = ""] = /bits from (\d+) on/.exec(await within("bits=1").then(String, String)) ?? [];
    const [, time = ""] = /latency from (\d+) ms on/.exec(await within("latency=1").then(String, String)) ?? [];
    expect(await within(`bits=${bits}`)).toMatch(/worth/);
    expect(await within(`latency=${time}`)).toMatch(/worth/);
    const message = await within(`bits=${bits},latency=${time}`).then(String, String);
    const [, more = "", later = ""] =
      /the bound on the other, bits from (\d+) on, or latency from (\d+) ms on/.exec(message) ?? [];
    expect(await within(`bits=${more},latency=${time}`)).toMatch(/worth/);
    expect(await within(`bits=${bits},latency=${later}`)).toMatch(/worth/);
    await expect(within(`bits=${Number(more) - 1},latency=${time}`)).rejects.toThrow(`bits from ${more} on`);
  });

  it("makes a table that bnas derive reads, of the same network alone", async () => {
    const table: LatencyTable = JSON.parse(readFileSync(json, "utf8"));
    const slow = join(folder, "slow.json");
    // Convolutions that take a millisecond in each cell.
    const cells = table.cells.map((cell) => ({
      ...cell,
      operations: Object.fromEntries(
        Object.keys(cell.operations).map((name) => [name, name.includes("conv") ? 1e6 : 0]),
      ),
      halving: Object.fromEntries(Object.keys(cell.halving).map((name) => [name, name.includes("conv") ? 1e6 : 0])),
    }));
    writeFileSync(slow, JSON.stringify({ ...table, cells }));
    const text = await derive({ ...SMALL, atMost: ["latency=7ms"], latency: slow });
    expect(text).toMatch(/latency +[567] ms of at most 7 ms/);
    await expect(derive({ ...SMALL, atMost: ["latency=4ms"], latency: slow })).rejects.toThrow(/latency from 5 ms on/);
    await expect(derive({ atMost: ["latency=7ms"], latency: slow })).rejects.toThrow(
      /--latency.*cells 20.*with cells 3/,
    );
    writeFileSync(slow, JSON.stringify({ ...table, base: -1 }));
    await expect(derive({ ...SMALL, atMost: ["latency=7ms"], latency: slow })).rejects.toThrow(/--latency.*base/);
    writeFileSync(slow, "{");
    await expect(derive({ ...SMALL, atMost: ["latency=7ms"], latency: slow })).rejects.toThrow(/--latency.*JSON/);
  });
});
