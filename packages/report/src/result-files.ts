import {
  collapseOf,
  evaluatedOf,
  type Genotype,
  kindsOf,
  outcomesOf,
  printAnswer,
  printGenotypeJson,
  type Search,
  type Spec,
  spaceOf,
  variantOutcomes,
  weightlessOf,
} from "@bnas/search";
import { cellSvg } from "./cell-svg.js";
import { mean } from "./figures.js";
import { pictureOf, withMeta } from "./genotype-meta.js";
import { reportHtml } from "./report-html.js";
import { answeredGenotype, type ReportInput } from "./report-input.js";

/** A text that a search leaves: the name of its file, what it is, and how it is made. */
export type ResultFile = {
  readonly name: string;
  readonly mediaType: string;
  /** Whether it says something of the dataset. */
  readonly ofData: boolean;
  readonly text: () => Promise<string>;
};

/**
 * The texts that a search leaves when it has its answer: the same on a laptop, as files, and in a mesh, as artifacts. `genotype.json`
 * is the last, so that where it exists all others do.
 * @param assembled what summary and report are made of; asked for only by those that need it
 */
export const resultFiles = (
  spec: Spec,
  genotype: Genotype,
  assembled: () => Promise<ReportInput>,
): readonly ResultFile[] => {
  const space = spaceOf(spec);
  return [
    ...kindsOf(space).map((kind) => ({
      name: pictureOf(kind),
      mediaType: "image/svg+xml",
      ofData: false,
      text: async () => cellSvg(genotype, kind, space),
    })),
    {
      name: "genotype.txt",
      mediaType: "text/plain",
      ofData: false,
      text: async () => `${printAnswer(space, genotype).join("\n")}\n`,
    },
    {
      name: "summary.json",
      mediaType: "application/json",
      ofData: true,
      text: async () => summaryJson(await assembled()),
    },
    { name: "report.html", mediaType: "text/html", ofData: true, text: async () => reportHtml(await assembled()) },
    {
      name: "genotype.json",
      mediaType: "application/json",
      ofData: true,
      text: async () => genotypeJson(genotype, await assembled()),
    },
  ];
};

const summaryJson = ({ search, spec, summary, provenance, costs, assessment }: ReportInput): string => {
  const { verdict = null, sureness = null } = assessment;
  const { datasetDigest = null, makers, unrecorded } = provenance;
  const models = variantOutcomes(outcomesOf(search));
  const origin = { datasetDigest, madeBy: makers, unrecorded };
  const found = { models, costs: costs ?? null, collapse: collapseFigures(search, spec), verdict, sureness };
  return `${JSON.stringify({ ...summary, ...found, origin }, null, 2)}\n`;
};

/** Links of the answer that carry no weights, by kind of cell, and into what it collapsed, if it did. */
const collapseFigures = (search: Search, spec: Spec) => {
  const genotype = answeredGenotype(search);
  if (genotype === undefined) return null;
  const { cell, into } = collapseOf(genotype, spaceOf(spec)) ?? {};
  return { collapsed: cell === undefined ? null : { cell, into }, cells: weightlessOf(genotype) };
};

const genotypeJson = (genotype: Genotype, { search, spec, provenance, dataset, version }: ReportInput): string =>
  withMeta(printGenotypeJson(genotype), {
    spec,
    seed: spec.seed,
    madeBy: provenance.makers,
    dataset: { digest: provenance.datasetDigest ?? dataset.digest },
    version,
    rounds: accuracyOfRounds(search),
  });

/** Mean and best accuracy of the samples of each round, in [0, 1]: no times, so that the same seed gives the same file. */
const accuracyOfRounds = (search: Search) =>
  search.rounds.map(({ round }) => {
    const accuracies = evaluatedOf(search, round).map(({ correct, total }) => correct / total);
    return {
      round,
      samples: accuracies.length,
      // A budget may end a search in a round that has no sample yet.
      mean: accuracies.length === 0 ? null : mean(accuracies),
      best: accuracies.length === 0 ? null : accuracies.reduce((best, accuracy) => Math.max(best, accuracy)),
    };
  });
