import type { KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type InvalidInput, invalidInput } from "@bnas/errors";
import { type FactsFile, type FactsLine, parseFactsFile } from "@bnas/log";
import { answerCosts, readModel } from "@bnas/model";
import { assembleReport, resultFiles } from "@bnas/report";
import { describeData } from "@bnas/rpc";
import {
  type Assessment,
  evolve,
  type Genotype,
  provenanceOf,
  type Recorded,
  type Spec,
  searchIdOf,
  start,
} from "@bnas/search";
import { proofFileFault, proofOf, proofText } from "@bnas/searches";
import type { EmbeddedMesh } from "../local/embedded-mesh.js";
import { type ExamplePicture, writeExample } from "./example-picture.js";
import { latencyOf } from "./network-latency.js";
import { oneBitForm } from "./one-bit-form.js";
import { factsPath, writeWhole } from "./output-folder.js";
import { proofPath, readProof } from "./proof-lines.js";
import { signFiles } from "./signed-statement.js";
import { writeTrainedModels } from "./trained-models.js";

/** Write what a person gets of a search that has ended (README, the table of files). Written again, it is the same. */
export const writeOutputs = async (options: {
  readonly folder: string;
  readonly searchId: string;
  readonly spec: Spec;
  readonly genotype: Genotype;
  readonly mesh: EmbeddedMesh;
  readonly version: string;
  /** Signs the results. */
  readonly key?: KeyObject | undefined;
}): Promise<{
  readonly report: string;
  readonly assessment: Assessment;
  readonly models: readonly string[];
  readonly example: ExamplePicture | undefined;
}> => {
  const { folder, spec, genotype, mesh, version } = options;
  const facts = await factsOf(folder, options.searchId);
  const search = facts.reduce((folded, { fact }) => evolve(folded, fact), start(options.searchId));
  const { description } = await describeData(mesh.dataset, spec);
  const provenance = provenanceOf(facts);
  const models = await writeTrainedModels({ folder, search, spec, dataset: description, provenance });
  const network = models[0] === undefined ? undefined : await oneBitForm(await readModel(models[0]));
  const example =
    network === undefined
      ? undefined
      : await writeExample(folder, network, { client: mesh.dataset, spec, dataset: description });
  const assembled = assembleReport({
    ...{ search, spec, facts, data: description, version },
    costs: answerCosts(spec, genotype, description),
    measured: {
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      latency: network === undefined ? null : latencyOf(network, () => performance.now()),
    },
  });
  const isProved = await writeProof(folder, await linesOf(folder, options.searchId));
  for (const { name, text } of resultFiles(spec, genotype, async () => assembled)) {
    await writeWhole(join(folder, name), await text());
  }
  if (options.key !== undefined) {
    if (!isProved) throw notProved(folder);
    const names = ["genotype.json", "proof.json", ...models.flatMap((model) => filesOfModel(relative(folder, model)))];
    await signFiles(folder, names, { search: options.searchId, version }, options.key);
  }
  return { report: join(folder, "report.html"), assessment: assembled.assessment, models, example };
};

const filesOfModel = (name: string): readonly string[] => [`${name}/config.json`, `${name}/model.safetensors`];

/** False: there is none for these facts. A proof that is there stays, unless lines came to those that it names: facts that were changed since get no proof of their own. */
const writeProof = async (folder: string, lines: readonly FactsLine[]): Promise<boolean> => {
  const before = await readProof(factsPath(folder));
  const proof = proofOf(lines);
  if (proof === undefined || (before !== undefined && proofFileFault(before, lines) !== undefined)) return false;
  await writeWhole(proofPath(factsPath(folder)), proofText(proof));
  return true;
};

/** A signature would say of facts what they do not say themselves. */
const notProved = (folder: string): InvalidInput =>
  invalidInput(
    "--sign",
    folder,
    "a search whose facts prove each other",
    "The results are written and not signed: an older version opened this search, or its facts were changed; `bnas replay` says which.",
  );

const readOwn = async (folder: string): Promise<FactsFile> => {
  const path = factsPath(folder);
  return parseFactsFile(await readFile(path, "utf8"), path);
};

const factsOf = async (folder: string, searchId: string): Promise<readonly Recorded[]> =>
  (await readOwn(folder)).facts.filter(({ subject }) => searchIdOf(subject) === searchId);

const linesOf = async (folder: string, searchId: string): Promise<readonly FactsLine[]> =>
  (await readOwn(folder)).lines.filter(({ stored }) => searchIdOf(stored.subject) === searchId);
