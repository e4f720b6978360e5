import { existsSync, readFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { Table } from "../rigor/table.js";
import { DATASETS, type DatasetName } from "./recipe.js";
import { allCells, architectureOf, oneBitSpace } from "./space.js";

/** One cell, trained once. */
export type Result = {
  readonly dataset: DatasetName;
  readonly seed: number;
  /** As `architectureOf` prints it. */
  readonly cell: string;
  /** Test images that it classified correctly after its last epoch. */
  readonly correct: number;
  readonly total: number;
  /** SHA-256 of the checkpoint of the last epoch: the same weights have the same. */
  readonly checkpoint: string;
  /** SHA-256 of all facts of the search, as `factsDigest` makes it. */
  readonly facts: string;
};

/** The results that are kept with the source. */
export const RESULTS = join(import.meta.dirname, "results.jsonl");

/** The results of a file, one a line; a last line that was cut is none. */
export const readResults = (path: string): Result[] => {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Result);
};

export const addResult = (path: string, result: Result): Promise<void> =>
  appendFile(path, `${JSON.stringify(result)}\n`);

/** Cells by their mean accuracy over seeds, percent; a column for each dataset on which every cell was trained with a seed at least. */
export const tableOf = (results: readonly Result[]): Table => {
  const means = new Map(
    DATASETS.map((dataset) => [dataset, meansOf(results.filter((one) => one.dataset === dataset))]),
  );
  const columns = DATASETS.filter((dataset) => means.get(dataset)?.size === allCells.length);
  const cells = allCells.map(architectureOf).map((cell) => {
    const accuracies = columns.map((dataset) => means.get(dataset)?.get(cell) ?? 0);
    return [cell, accuracies] as const;
  });
  return { space: oneBitSpace, columns, cells: Object.fromEntries(cells) };
};

const meansOf = (results: readonly Result[]): Map<string, number> => {
  const seeds = new Map<string, number[]>();
  for (const { cell, correct, total } of results) {
    const before = seeds.get(cell) ?? [];
    before.push((100 * correct) / total);
    seeds.set(cell, before);
  }
  return new Map([...seeds].map(([cell, all]) => [cell, all.reduce((sum, one) => sum + one, 0) / all.length]));
};
