import { mkdirSync } from "node:fs";
import { factsDigest } from "./facts-digest.js";
import { imagesOf } from "./images.js";
import { type Facts, sideBySide, withMesh } from "./mesh.js";
import type { Options } from "./options.js";
import { DATASETS, type DatasetName, recipeOf } from "./recipe.js";
import { addResult, type Result, readResults } from "./results.js";
import { allCells, architectureOf, type OneBitCell } from "./space.js";

/** A cell that is to be trained once. */
type Training = {
  readonly dataset: DatasetName;
  readonly seed: number;
  readonly place: number;
  readonly cell: OneBitCell;
};

/** All of them in the order in which they are worth most: a seed for every cell before the next seed, a column after the other. */
const trainingsOf = ({ dataset, seeds }: Pick<Options, "dataset" | "seeds">): Training[] =>
  seeds.flatMap((seed) =>
    DATASETS.filter((name) => dataset === undefined || name === dataset).flatMap((name) =>
      allCells.map((cell, place) => ({ dataset: name, seed, place, cell })),
    ),
  );

/**
 * Train the cells that have no result yet, each from scratch by a mesh in this process, with a search of `strategy: given` each. What is
 * killed continues: facts are on the disk, and a result is added when its search has ended.
 */
export const train = async (options: Options, say: (line: string) => void): Promise<void> => {
  const { results, folder, trainers, most } = options;
  mkdirSync(folder, { recursive: true });
  const keyOf = ({ dataset, seed, cell }: Omit<Result, "correct" | "total" | "checkpoint" | "facts">): string =>
    [dataset, seed, cell].join(" ");
  const done = new Set(readResults(results).map(keyOf));
  const wanted = trainingsOf(options)
    .filter(({ cell, ...one }) => !done.has(keyOf({ ...one, cell: architectureOf(cell) })))
    .slice(0, most);
  say(`${done.size} results; ${wanted.length} cells to train by ${trainers} trainers`);
  await withMesh(options, (run) =>
    sideBySide(wanted, trainers, async ({ dataset, seed, place, cell }) => {
      const searchId = `${dataset}-${seed}-${place}`;
      const facts = await run(searchId, recipeOf(cell, seed, imagesOf(dataset, folder)));
      const outcome = outcomeOf(facts, searchId);
      const result = { dataset, seed, cell: architectureOf(cell), ...outcome, facts: factsDigest(facts) };
      await addResult(results, result);
      say(`${dataset}, seed ${seed}, ${result.cell}: ${((100 * result.correct) / result.total).toFixed(1)} %`);
    }),
  );
};

/** What the last epoch reached. */
const outcomeOf = (facts: Facts, searchId: string): Pick<Result, "correct" | "total" | "checkpoint"> => {
  const trained = facts.findLast((fact) => fact.kind === "model.epoch.trained");
  const evaluated = facts.findLast((fact) => fact.kind === "model.epoch.evaluated");
  if (trained === undefined || evaluated === undefined || facts.at(-1)?.kind !== "search.finished") {
    throw new Error(`search ${searchId} ended without a trained network: ${JSON.stringify(facts.at(-1))}`);
  }
  return { correct: evaluated.correct, total: evaluated.total, checkpoint: trained.checkpoint };
};
