import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseFactsFile } from "@bnas/log";
import { cellSvg, reportHtml, summary } from "@bnas/report";
import { describeData } from "@bnas/rpc";
import {
  type Assessment,
  assess,
  evaluatedOf,
  evolve,
  type Genotype,
  greatestOf,
  kindsOf,
  outcomesOf,
  printAnswer,
  printGenotypeJson,
  type Recorded,
  type Search,
  type Spec,
  searchIdOf,
  spaceOf,
  start,
  variantOutcomes,
} from "@bnas/search";
import type { EmbeddedMesh } from "../local/embedded-mesh.js";
import { type ExamplePicture, writeExample } from "./example-picture.js";
import { pictureOf, withMeta } from "./genotype-files.js";
import { factsPath, writeWhole } from "./output-folder.js";
import { writeTrainedModels } from "./trained-models.js";

/** Write what a person gets of a search that has ended (README, the table of files). Written again, it is the same. */
export const writeOutputs = async (options: {
  readonly folder: string;
  readonly searchId: string;
  readonly spec: Spec;
  readonly genotype: Genotype;
  readonly mesh: EmbeddedMesh;
  readonly version: string;
}): Promise<{
  readonly report: string;
  readonly assessment: Assessment;
  readonly models: readonly string[];
  readonly example: ExamplePicture | undefined;
}> => {
  const { folder, spec, genotype, mesh, version } = options;
  const facts = await factsOf(folder, options.searchId);
  const search = facts.reduce((folded, { fact }) => evolve(folded, fact), start(options.searchId));
  const trainer = await mesh.trainer.getTrainer({});
  const { description } = await describeData(mesh.dataset, spec);
  const engine = { name: trainer.engine, digest: trainer.engineDigest, versions: trainer.engineVersions };
  const dataset = {
    classes: description.classes,
    images: {
      weight: description.weightImages,
      strength: description.strengthImages,
      reduction: description.reductionImages,
      test: description.testImages,
    },
    digest: description.digest,
  };
  const measured = summary(facts, {
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  });

  const assessment = assess(search, { classes: description.classes.length });
  const { verdict = null, sureness = null } = assessment;

  const models = await writeTrainedModels({ folder, search, spec, dataset: description, engine, version });
  const example =
    models[0] === undefined
      ? undefined
      : await writeExample(folder, models[0], { client: mesh.dataset, spec, dataset: description });
  const write = (file: string, text: string) => writeWhole(join(folder, file), text);
  await write(
    "summary.json",
    `${JSON.stringify({ ...measured, models: variantOutcomes(outcomesOf(search)), verdict, sureness }, null, 2)}\n`,
  );
  const space = spaceOf(spec);
  for (const kind of kindsOf(space)) await write(pictureOf(kind), cellSvg(genotype, kind, space));
  await write(
    "genotype.txt",
    printAnswer(space, genotype)
      .map((line) => `${line}\n`)
      .join(""),
  );
  await write("report.html", reportHtml({ search, spec, summary: measured, assessment, engine, dataset, version }));
  // Last: if genotype.json exists, all outputs exist.
  await write(
    "genotype.json",
    withMeta(printGenotypeJson(genotype), {
      spec,
      seed: spec.seed,
      engine,
      dataset: { digest: dataset.digest },
      version,
      rounds: roundsOf(search),
    }),
  );
  return { report: join(folder, "report.html"), assessment, models, example };
};

/** Mean and best accuracy of the samples of each round, in [0, 1]: no times, so that the same seed gives the same file. */
const roundsOf = (search: Search) =>
  search.rounds.map(({ round }) => {
    const accuracies = evaluatedOf(search, round).map(({ correct, total }) => correct / total);
    return {
      round,
      samples: accuracies.length,
      mean: accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length,
      best: greatestOf(accuracies),
    };
  });

const factsOf = async (folder: string, searchId: string): Promise<readonly Recorded[]> => {
  const path = factsPath(folder);
  const { facts } = parseFactsFile(await readFile(path, "utf8"), path);
  return facts.filter(({ subject }) => searchIdOf(subject) === searchId);
};
