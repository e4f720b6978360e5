import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT, isInvalidInput } from "@bnas/errors";
import { factsFileText } from "@bnas/log";
import { type Fact, record, writerOf } from "@bnas/search";
import { aSpec, simulate } from "@bnas/testing";
import { afterAll, describe, expect, it } from "vitest";
import { type CompareFlags, compareCommand } from "../src/commands/mesh/compare.js";
import type { Surroundings } from "../src/terminal/surroundings.js";

const root = mkdtempSync(join(tmpdir(), "bnas-compare-"));
afterAll(() => rmSync(root, { recursive: true }));

const quiet = (lines: string[]): Surroundings => ({
  out: (line) => lines.push(line),
  note: () => undefined,
  status: undefined,
  interrupted: new AbortController().signal,
  takeInterrupts: () => {},
  outliveReader: () => {},
  flushed: () => Promise.resolve(),
  recorder: { span: () => undefined, record: () => undefined } as never, // No folder is read with it.
  env: {},
});

const TRAIN = { cells: 3, channels: 4, epochs: 2, batch: 20, seeds: 2, randomRivals: 1 };
const time = "2026-01-01T00:00:00.000Z";
const factsText = (id: string, facts: readonly Fact[]): string =>
  factsFileText(facts.map((fact) => record(id, fact, writerOf(fact.kind), time)));
const madeRun = (seed: number, train: object = TRAIN) => simulate(aSpec({ seed, train }), { seed }).facts;

/** A folder with files. */
const folderOf = (name: string, files: Readonly<Record<string, string>>): string => {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
};
const one = folderOf("one", { "facts.jsonl": factsText("a", madeRun(1)) });
const two = folderOf("two", { "facts.jsonl": factsText("b", madeRun(2)) });
const longer = folderOf("longer", { "facts.jsonl": factsText("c", madeRun(3, { ...TRAIN, epochs: 3 })) });

const compared = async (names: readonly string[], flags: Partial<CompareFlags> = {}): Promise<string> => {
  const lines: string[] = [];
  expect(await compareCommand(names, { json: false, meshNamed: false, server: "", ...flags }, quiet(lines))).toBe(
    EXIT.done,
  );
  return lines.join("\n");
};

const refusal = async (names: readonly string[], flags: Partial<CompareFlags> = {}) => {
  try {
    await compared(names, flags);
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("bnas compare", () => {
  it("prints runs side by side, after what makes their numbers incomparable", async () => {
    const alike = await compared([one, two]);
    expect(alike).toMatch(/^not known, .*: digest of the data: not recorded \(.*one\), not recorded \(.*two\)\n/);
    expect(alike).toMatch(/\nnetwork of the answer +\d+\.\d % \(.*, 2 networks\) +\d+\.\d % \(.*, 2 networks\)\n/);
    expect(alike).toMatch(/\nagainst the first run: A12, p +- +\d\.\d\d, \d\.\d{3}\n/);
    const unlike = await compared([one, longer]);
    expect(unlike).toContain(`not comparable, another budget or recipe: train.epochs: 2 (${one}), 3 (${longer})`);
  });

  it("gives programs one object: whether the runs are comparable, what differs, and every figure", async () => {
    const object = JSON.parse(await compared([one, longer], { json: true }));
    expect(object.comparable).toBe(false);
    expect(object.differences[0]).toEqual({ what: "budget", field: "train.epochs", values: ["2", "3"] });
    expect(object.runs).toHaveLength(2);
    expect(object.runs[0]).toMatchObject({ name: one, state: "finished", seed: 1, costs: null, latency: null });
    expect(object.runs[0].models[0]).toMatchObject({
      variant: "answer",
      accuracies: [expect.any(Number), expect.any(Number)],
    });
  });

  it("reads costs and latency from summary.json, where a run has one, and takes an older one without them", async () => {
    const cost = { variant: "answer", networks: 1, parameters: 1000, oneBitParameters: 900, bits: 8000 };
    const costs = [{ ...cost, oneBitOperations: 2e6, floatOperations: 1e6 }];
    const latency = { milliseconds: { median: 3.5, least: 3 }, runs: 30, runtime: "r", machine: "m" };
    const facts = factsText("d", madeRun(4));
    const measured = folderOf("measured", {
      "facts.jsonl": facts,
      "summary.json": JSON.stringify({ seconds: {}, costs, latency }),
    });
    const older = folderOf("older", { "facts.jsonl": facts, "summary.json": JSON.stringify({ seconds: {} }) });
    const text = await compared([measured, older]);
    expect(text).toMatch(/\nlatency of an image +3\.50 ms +-\n/);
    expect(text).toMatch(/\nstored, of 32 bits +1\.0 kB, 25\.0 % +-\n/);
  });

  it("leaves a page or its picture, and writes over nothing", async () => {
    const [page, picture] = [join(root, "runs.html"), join(root, "runs.svg")];
    await compared([one, two], { out: page });
    await compared([one, two], { out: picture });
    expect(readFileSync(page, "utf8")).toMatch(/^<!doctype html>[\s\S]*<svg /);
    expect(readFileSync(picture, "utf8")).toMatch(/^<svg /);
    expect(await refusal([one, two], { out: page })).toMatchObject({ field: "--out" });
    expect(await refusal([one, two], { out: join(root, "runs.png") })).toMatchObject({ field: "--out" });
    expect(await refusal([one, two], { out: join(root, "nowhere", "runs.svg") })).toMatchObject({ field: "--out" });
    const plain = [5, 6].map((seed) =>
      folderOf(`plain-${seed}`, { "facts.jsonl": factsText(`p${seed}`, madeRun(seed, { seeds: 0 })) }),
    );
    expect((await refusal(plain, { out: join(root, "none.svg") })).hint).toContain("No run has trained a network");
  });

  it("shows a run that has not ended for what it is", async () => {
    const cut = folderOf("cut", { "facts.jsonl": factsText("e", madeRun(1).slice(0, 40)) });
    expect(await compared([one, cut])).toMatch(/\nstate +finished +not ended\n/);
  });

  it("refuses what are no two runs, and says which and why", async () => {
    expect(await refusal([one])).toMatchObject({ field: "RUN", allowed: "two runs or more" });
    expect(await refusal([one, `${one}/../one`])).toMatchObject({ field: "RUN", allowed: "each run once" });
    const missing = await refusal([one, join(root, "no-such")]);
    expect(missing).toMatchObject({ field: "RUN", value: join(root, "no-such") });
    expect(missing.hint).toMatch(/^ENOENT: .*--server or --kube/);
    const both = folderOf("both", { "facts.jsonl": factsText("f", madeRun(1)) + factsText("g", madeRun(2)) });
    expect(await refusal([one, both])).toMatchObject({ value: "2 searches" });
    const empty = folderOf("empty", { "facts.jsonl": "" });
    expect(await refusal([one, empty])).toMatchObject({ value: "no facts" });
    const tail = folderOf("tail", { "facts.jsonl": factsText("h", madeRun(1).slice(3)) });
    expect(await refusal([one, tail])).toMatchObject({ value: "facts without a beginning" });
    const facts = factsText("i", madeRun(1));
    const noJson = folderOf("no-json", { "facts.jsonl": facts, "summary.json": "{" });
    expect((await refusal([one, noJson])).field).toContain("summary.json");
    const wrong = folderOf("wrong", { "facts.jsonl": facts, "summary.json": JSON.stringify({ latency: { runs: 0 } }) });
    expect((await refusal([one, wrong])).field).toMatch(/summary\.json\.latency/);
  });

  it("does not take a damaged fact for a result", async () => {
    const text = factsText("j", madeRun(1)).replace('"correct":', '"correct": ');
    const damaged = folderOf("damaged", { "facts.jsonl": text });
    await expect(compared([one, damaged])).rejects.toMatchObject({ code: "FACTS_DAMAGED" });
  });
});
