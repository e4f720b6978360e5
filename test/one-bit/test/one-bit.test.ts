import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cellsOf, networkOfGenotype } from "../../rigor/cells.js";
import { factsDigest } from "../facts-digest.js";
import { parseOptions } from "../options.js";
import { recipeOf } from "../recipe.js";
import { RESULTS, type Result, readResults, tableOf } from "../results.js";
import { allCells, architectureOf, genotypeOf, oneBitSpace } from "../space.js";

const result = (cell: number, correct: number, seed = 1): Result => ({
  dataset: "fashion-mnist",
  seed,
  cell: architectureOf(allCells[cell] ?? []),
  correct,
  total: 2000,
  checkpoint: "",
  facts: "",
});

describe("the space of 1-bit cells", () => {
  it("has 256 different cells, and each is a genotype that a spec takes", () => {
    expect(new Set(allCells.map(architectureOf)).size).toBe(256);
    for (const cell of allCells) expect(recipeOf(cell, 1, "shapes:").genotype).toEqual(genotypeOf(cell));
  });
});

describe("the table of 1-bit cells", () => {
  it("is that of rigor: each cell is found by the network of its genotype, with the mean over its seeds in percent", () => {
    const results = allCells.flatMap((_, place) => [result(place, 1000 + place), result(place, 1010 + place, 2)]);
    const { accuracyOf } = cellsOf(oneBitSpace, tableOf(results), "fashion-mnist");
    for (const [place, cell] of allCells.entries()) {
      expect(accuracyOf(networkOfGenotype(oneBitSpace, genotypeOf(cell)))).toBeCloseTo((1005 + place) / 20, 10);
    }
  });

  it("has a column for each dataset of which every cell has a result, and no other", () => {
    const whole = allCells.map((_, place) => result(place, 1000));
    expect(tableOf(whole).columns).toEqual(["fashion-mnist"]);
    expect(tableOf([...whole, { ...result(0, 900), dataset: "cifar10" }]).columns).toEqual(["fashion-mnist"]);
    expect(tableOf(whole.slice(1)).columns).toEqual([]);
  });

  it("is read without a last line that a kill cut off", () => {
    const path = join(mkdtempSync(join(tmpdir(), "one-bit-")), "results.jsonl");
    writeFileSync(path, `${JSON.stringify(result(0, 1))}\n${JSON.stringify(result(1, 2)).slice(0, 30)}`);
    expect(readResults(path)).toEqual([result(0, 1)]);
    expect(readResults(`${path}.none`)).toEqual([]);
  });

  it("is committed with one result a cell, a seed and a dataset, of a count of images that were there", () => {
    const results = readResults(RESULTS);
    const keys = results.map(({ dataset, seed, cell }) => [dataset, seed, cell].join(" "));
    expect(new Set(keys).size).toBe(results.length);
    const names = new Set(allCells.map(architectureOf));
    for (const one of results) {
      expect(names.has(one.cell), one.cell).toBe(true);
      expect(one.correct).toBeLessThanOrEqual(one.total);
      expect([one.checkpoint, one.facts]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.any(String)]);
    }
  });
});

describe("the digest of a search's facts", () => {
  const opened = { kind: "search.opened", spec: { dataset: "idx:/a", seed: 1 } };
  const evaluated = { kind: "model.epoch.evaluated", correct: 3, seconds: 1, epoch: 1 };
  const facts = [opened, evaluated];

  it("is the same at another time, in another folder, with keys in another order, and in another order of services that do not wait for each other", () => {
    const elsewhere = [
      { epoch: 1, seconds: 2, correct: 3, kind: "model.epoch.evaluated" },
      { ...opened, spec: { dataset: "idx:/b", seed: 1 } },
    ];
    expect(factsDigest(elsewhere)).toBe(factsDigest(facts));
  });

  it("is the same whether or not the facts say who made them, and on which data", () => {
    const madeBy = { engine: { name: "wasm" }, code: { version: "0.1.0" } };
    const said = facts.map((fact) => ({
      ...fact,
      ...(fact.kind === "search.opened" ? { datasetDigest: "d" } : { madeBy }),
    }));
    expect(factsDigest(said)).toBe(factsDigest(facts));
  });

  it("is another where an answer is another, and the same where only the spec says more", () => {
    expect(factsDigest([opened, { ...evaluated, correct: 4 }])).not.toBe(factsDigest(facts));
    expect(factsDigest([{ ...opened, spec: { ...opened.spec, younger: 1 } }, evaluated])).toBe(factsDigest(facts));
  });
});

describe("npm run one-bit", () => {
  it.each([
    [["fill"], /COMMAND: "fill" .* train, compare/],
    [["train", "--dataset", "cifar"], /--dataset: "cifar".*Did you mean cifar10\?/],
    [["train", "--seed", "4"], /--seed: "4" .* from 1 to 3/],
    [["train", "--trainer", "2"], /Did you mean --trainers\?/],
  ])("refuses %j and says what is allowed", (words, message) => {
    expect(() => parseOptions(words)).toThrow(message);
  });
});
