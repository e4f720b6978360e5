import { type Fact, preset, type Recorded, type Spec } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { comparedRuns } from "../src/compared-run.js";
import { comparisonHtml } from "../src/comparison-html.js";
import { comparisonRows, differenceLines } from "../src/comparison-rows.js";
import { comparisonSvg } from "../src/comparison-svg.js";
import { areComparable, runDifferences } from "../src/run-differences.js";
import { fakeSearch } from "./fake-search.js";
import { sha256 } from "./sha256.js";
import { elements } from "./well-formed.js";

const train = { ...preset("smoke").train, seeds: 3, epochs: 2, randomRivals: 2, fullPrecisionTwin: true };

/** A run of a fake search, its facts changed by `change`. */
const source = (name: string, given: Partial<Spec> = {}, change: (fact: Fact) => Fact = (fact) => fact) => {
  const { facts } = fakeSearch({ train, ...given });
  const changed: readonly Recorded[] = facts.map((recorded) => ({ ...recorded, fact: change(recorded.fact) }));
  return { name, searchId: "bnas-7", facts: changed, costs: undefined, latency: null };
};

const engine = (digest: string) => (fact: Fact) =>
  "madeBy" in fact && fact.madeBy !== undefined
    ? { ...fact, madeBy: { ...fact.madeBy, engine: { ...fact.madeBy.engine, digest } } }
    : fact;
const data = (datasetDigest: string) => (fact: Fact) =>
  fact.kind === "search.opened" ? { ...fact, datasetDigest } : fact;
/** As an older service wrote it. */
const unsaid = (fact: Fact): Fact => {
  const { madeBy: _, datasetDigest: __, ...rest } = fact as Fact & { madeBy?: unknown; datasetDigest?: unknown };
  return rest as Fact; // Both fields may be absent.
};

const differences = (...sources: ReturnType<typeof source>[]) => runDifferences(comparedRuns(sources));

describe("runs side by side", () => {
  const runs = comparedRuns([source("one"), source("two", { seed: 8 })]);

  it("may be compared when only seed, strategy or the number of rivals differ", () => {
    expect(runDifferences(runs)).toEqual([]);
    const more = { ...train, seeds: 5, randomRivals: 9, publishedRival: true };
    expect(differences(source("one"), source("two", { strategy: "random", train: more }))).toEqual([]);
  });

  it("may not be compared when data or recipe differ, and which field it is comes first", () => {
    const found = differences(
      source("one", {}, engine(sha256("other engine"))),
      source("two", { train: { ...train, epochs: 4 } }, data(sha256("other data"))),
    );
    expect(found.map(({ what, field }) => [what, field])).toEqual([
      ["data", "digest of the data"],
      ["budget", "train.epochs"],
      ["engine", "digest of the engine"],
    ]);
    expect(found[1]?.values).toEqual(["2", "4"]);
    expect(areComparable(found)).toBe(false);
  });

  it("may be compared when the seed has drawn other images of the same source, and not when one seed has other images", () => {
    const limited = { ...preset("cifar10").data, limit: 8000 };
    const of = (seed: number, digest: string, dataset = "cifar10:a", limit = limited) =>
      source(`${seed} ${digest}`, { seed, dataset, data: limit }, data(sha256(digest)));
    const kinds = (...sources: ReturnType<typeof source>[]) => differences(...sources).map(({ what }) => what);
    expect(kinds(of(1, "x"), of(2, "y"))).toEqual(["draw"]);
    expect(areComparable(differences(of(1, "x"), of(2, "y")))).toBe(true);
    expect(kinds(of(1, "x"), of(1, "y"))).toEqual(["data"]);
    expect(kinds(of(1, "x"), of(2, "y", "cifar10:b"))).toEqual(["data"]);
    // Without a limit every seed has all images.
    const whole = { ...limited, limit: 0 };
    expect(kinds(of(1, "x", "cifar10:a", whole), of(2, "y", "cifar10:a", whole))).toEqual(["data"]);
  });

  it("may not be compared when one had another budget to search with", () => {
    const found = differences(source("one"), source("two", { strategy: "pc-darts" }));
    expect(found.map(({ what, field }) => [what, field])).toContainEqual(["budget", "warmup.epochs"]);
    expect(areComparable(found)).toBe(false);
  });

  it("may be compared with another engine or code, which is said", () => {
    const found = differences(source("one"), source("two", {}, engine(sha256("other engine"))));
    expect(found.map(({ what }) => what)).toEqual(["engine"]);
    expect(areComparable(found)).toBe(true);
  });

  it("of older services do not say what they were made with, which is no difference but is said", () => {
    const found = differences(source("one"), source("two", {}, unsaid));
    expect(found.map(({ what, field }) => [what, field])).toEqual([
      ["unrecorded", "digest of the data"],
      ["unrecorded", "digests of code and engine"],
    ]);
    expect(found[0]?.values).toEqual(["recorded", "not recorded"]);
  });

  it("differ in the order of updates where one is the paper's, and not by how many samples are trained side by side", () => {
    expect(differences(source("one", { parallel: 2 }), source("two", { parallel: 4 }))).toEqual([]);
    const [found] = differences(source("one", { parallel: 1 }), source("two", { parallel: 2 }));
    expect([found?.what, found?.field, found?.values]).toEqual(["budget", "parallel", ["1", "any"]]);
  });

  it("are compared with the first: A12 and p of the networks of their answers", () => {
    expect(runs[0]?.againstFirst).toBeUndefined();
    const { a12, p } = runs[1]?.againstFirst ?? { a12: -1, p: -1 };
    expect(a12).toBeGreaterThanOrEqual(0);
    expect(a12).toBeLessThanOrEqual(1);
    expect(p).toBeGreaterThan(0);
    const untrained = comparedRuns([source("one"), source("two", { train: { ...train, seeds: 0 } })]);
    expect(untrained[1]?.againstFirst).toBeUndefined();
    const other = comparedRuns([source("one"), source("two", { train: { ...train, epochs: 3 } })]);
    expect(other[1]?.againstFirst).toBeUndefined();
  });

  it("are a table with a column a run, and a line only for what one of them has", () => {
    const rows = new Map(comparisonRows(runs).map(({ name, cells }) => [name, cells]));
    expect(rows.get("seed")).toEqual(["7", "8"]);
    expect(rows.get("network of the answer")?.[0]).toMatch(/^9\d\.\d % \(9\d\.\d % to 9\d\.\d %, 3 networks\)$/);
    expect(rows.get("random genotypes")?.[0]).toContain("6 networks");
    expect(rows.get("data")).toEqual([sha256("dataset").slice(0, 12), sha256("dataset").slice(0, 12)]);
    expect([rows.has("published genotype"), rows.has("latency of an image")]).toEqual([false, false]);
    expect(rows.get("against the first run: A12, p")?.[0]).toBe("-");
  });

  it("are one page with the picture of all accuracies, after what makes them incomparable", () => {
    const page = comparisonHtml(runs, []);
    expect(page).toContain("Same data, code, engine and budget");
    expect(page.match(/class="answer each"/g)).toHaveLength(6);
    expect(page.match(/class="rival each"/g)).toHaveLength(2 * (6 + 3));
    expect(() => elements(page, "html")).not.toThrow();
    const other = comparedRuns([source("one"), source("<two>", { train: { ...train, epochs: 4 } })]);
    const warned = comparisonHtml(other, runDifferences(other));
    expect(warned.indexOf("These accuracies cannot be compared")).toBeLessThan(warned.indexOf("<svg"));
    expect(warned).toContain("train.epochs: 2 (one), 4 (&lt;two&gt;)");
    expect(warned).not.toContain("<two>");
    expect(differenceLines(other, runDifferences(other))).toEqual([
      "not comparable, another budget or recipe: train.epochs: 2 (one), 4 (<two>)",
    ]);
  });

  it("have no picture where none of them trained a network", () => {
    const none = comparedRuns([0, 1].map((seed) => source(`run ${seed}`, { seed, train: { ...train, seeds: 0 } })));
    expect(comparisonSvg(none)).toBeUndefined();
    expect(comparisonHtml(none, [])).toContain("No run has trained a network");
  });

  it("keep every dot and interval within the picture, whatever the accuracies", () => {
    const svg = comparisonSvg(runs) ?? "";
    for (const [, x = ""] of svg.matchAll(/cx="([\d.-]+)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(250);
      expect(Number(x)).toBeLessThanOrEqual(770);
    }
    expect(() => elements(svg, "xml")).not.toThrow();
  });
});
