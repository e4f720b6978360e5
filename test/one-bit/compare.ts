import { join } from "node:path";
import { buildDerived } from "@bnas/network";
import { evolve, type Spec, start, worthOf, worthsOf } from "@bnas/search";
import { cellsOf, networkOfGenotype } from "../rigor/cells.js";
import { rankOf } from "../rigor/statistics.js";
import type { Table } from "../rigor/table.js";
import { tau } from "../signal/agreement.js";
import { answersOf, withBench } from "../signal/bench.js";
import { imagesOf } from "./images.js";
import { type Facts, withMesh } from "./mesh.js";
import type { Options } from "./options.js";
import { DATASETS, type DatasetName, recipeOf, type Supernet, searchOf, TEST_IMAGES } from "./recipe.js";
import { readResults, tableOf } from "./results.js";
import { allCells, genotypeOf, oneBitSpace } from "./space.js";

/** What foretells accuracies: a number for each cell of `allCells`, the greater the better; and the answer of a search. */
type Scores = { readonly name: string; readonly scores: readonly number[]; readonly answer?: number };

/** Supernets whose own weights are asked, and searches whose facts say something of every operation on every edge. */
const SUPERNETS: readonly Supernet[] = [
  { supernet: "mixture", epochs: 2 },
  { supernet: "mixture", epochs: 16 },
  { supernet: "paths", epochs: 16 },
];
const SEARCHES: readonly (Supernet & { readonly strategy: Spec["strategy"] })[] = [
  { strategy: "bnas", supernet: "mixture", epochs: 2 },
  { strategy: "posterior", supernet: "mixture", epochs: 2 },
  { strategy: "posterior", supernet: "paths", epochs: 16 },
  { strategy: "posterior", supernet: "paths", epochs: 16, untrained: 8 },
];

const nameOf = ({ supernet, epochs, untrained = 0 }: Supernet): string =>
  `${supernet}, ${epochs} epochs${untrained > 0 ? `, ${untrained} untrained passes` : ""}`;

/**
 * Set what foretells accuracies against the accuracies of the table: parameters and multiply-adds, the weights of supernets after their
 * warm-up, and what searches say. Kendall's tau-b over all cells, and over the best fifth of the table alone.
 */
export const compare = async (options: Options, say: (line: string) => void): Promise<void> => {
  const table = tableOf(readResults(options.results));
  const columns = DATASETS.filter((name) => table.columns.includes(name));
  if (columns.length === 0) {
    say("no dataset has a result for every cell yet: npm run one-bit -- train adds them");
    return;
  }
  for (const dataset of columns.filter((name) => options.dataset === undefined || name === options.dataset)) {
    const scores = [...proxies(), ...(await ofSupernets(dataset, options)), ...(await ofSearches(dataset, options))];
    for (const line of lines(table, dataset, scores)) say(line);
  }
};

/** Sizes of the derived network. */
const proxies = (): Scores[] => {
  const { train, network, binarize } = recipeOf(allCells[0] ?? [], 1, "shapes:");
  const costs = allCells.map((cell) => {
    const options = { ...train, stem: network.stem, binarize, auxiliary: false, space: oneBitSpace };
    return buildDerived(genotypeOf(cell), options, { height: 16, width: 16, channels: 3, classes: 10 }).cost;
  });
  return [
    { name: "parameters", scores: costs.map(({ total }) => total) },
    { name: "multiply-adds", scores: costs.map(({ multiplyAdds }) => multiplyAdds) },
  ];
};

/** Every cell evaluated with the weights of each supernet after its warm-up, without training. */
const ofSupernets = async (dataset: DatasetName, { folder, seeds }: Options): Promise<Scores[]> => {
  const all: Scores[] = [];
  for (const supernet of SUPERNETS) {
    for (const seed of seeds) {
      const spec = searchOf("posterior", seed, imagesOf(dataset, folder), supernet);
      const out = join(folder, `supernet-${dataset}-${supernet.supernet}-${supernet.epochs}-${seed}`);
      const scores: number[] = [];
      await withBench(
        { command: "inherit", spec, out, networks: 2, orders: 2, passes: 1, fresh: TEST_IMAGES },
        async (bench) => {
          for (const cell of allCells) {
            const network = networkOfGenotype(oneBitSpace, genotypeOf(cell));
            const [correct, total] = await answersOf(bench, network, bench.state, bench.data.reduction.flat());
            scores.push(correct / total);
          }
        },
      );
      all.push({ name: `weights of the supernet (${nameOf(supernet)}), seed ${seed}`, scores });
    }
  }
  return all;
};

/** What the facts of a search say for each cell, and its answer. */
const ofSearches = async (dataset: DatasetName, options: Options): Promise<Scores[]> => {
  const all: Scores[] = [];
  await withMesh(options, async (run) => {
    for (const [number, { strategy, ...supernet }] of SEARCHES.entries()) {
      for (const seed of options.seeds) {
        const spec = searchOf(strategy, seed, imagesOf(dataset, options.folder), supernet);
        const facts = await run(`search-${number}-${dataset}-${seed}`, spec);
        all.push({ name: `${strategy} (${nameOf(supernet)}), seed ${seed}`, ...saidBy(facts) });
      }
    }
  });
  return all;
};

const saidBy = (facts: Facts): Omit<Scores, "name"> => {
  const search = facts.reduce(evolve, start("one-bit"));
  const worths = worthsOf(search);
  const answer = facts.find((fact) => fact.kind === "search.finished");
  const own = answer === undefined ? undefined : networkOfGenotype(oneBitSpace, answer.genotype).cell?.join(" ");
  return {
    scores: allCells.map((cell) => worthOf(oneBitSpace, genotypeOf(cell), worths)),
    ...(own === undefined ? {} : { answer: allCells.findIndex((cell) => cell.join(" ") === own) }),
  };
};

const lines = (table: Table, dataset: DatasetName, all: readonly Scores[]): string[] => {
  const { accuracyOf, sorted } = cellsOf(oneBitSpace, table, dataset);
  const accuracies = allCells.map((cell) => accuracyOf(networkOfGenotype(oneBitSpace, genotypeOf(cell))));
  const least = sorted[Math.floor(0.8 * sorted.length)] ?? 0;
  const top = accuracies.flatMap((accuracy, place) => (accuracy >= least ? [place] : []));
  const pick = (numbers: readonly number[], places: readonly number[]) => places.map((place) => numbers[place] ?? 0);
  return [
    `### ${dataset}`,
    "",
    "| what | tau, 256 cells | tau, the best fifth | rank of its best cell |",
    "| --- | ---: | ---: | ---: |",
    ...all.map(({ name, scores, answer }) => {
      const best = answer ?? scores.reduce((most, score, place) => (score > (scores[most] ?? 0) ? place : most), 0);
      const taus = [tau(scores, accuracies), tau(pick(scores, top), pick(accuracies, top))];
      return `| ${[name, ...taus.map((one) => one.toFixed(2)), rankOf(sorted, accuracies[best] ?? 0)].join(" | ")} |`;
    }),
    "",
  ];
};
