import { join } from "node:path";
import { openStore } from "@bnas/mesh";
import { type Model, writeModel } from "@bnas/model";
import type { DescribeDatasetResponse } from "@bnas/proto";
import {
  binarizeOf,
  lastOfModel,
  type ModelProgress,
  outcomesOf,
  type Search,
  type Spec,
  seedOfModel,
  spaceOf,
} from "@bnas/search";
import { loadCheckpoint } from "@bnas/store";
import { blobsPath } from "./output-folder.js";

/** The folder of a trained network in that of its search: `model`, and of further seeds `model-2`, `model-3`, ... */
const modelFolder = (folder: string, { repeat }: Pick<ModelProgress, "repeat">): string =>
  join(folder, repeat === 0 ? "model" : `model-${repeat + 1}`);

/**
 * Leave the networks of a search's answer as folders, each as it was after its last epoch. Rivals stay in the blobs.
 * @returns the folders
 */
export const writeTrainedModels = async (options: {
  readonly folder: string;
  readonly search: Search;
  readonly spec: Spec;
  readonly dataset: DescribeDatasetResponse;
  readonly engine: { readonly digest: string };
  readonly version: string;
}): Promise<readonly string[]> => {
  const { folder, search, spec, dataset, engine, version } = options;
  const { answer } = search;
  const trained = search.models.filter((model) => model.variant === "answer" && lastOfModel(model) !== undefined);
  if (answer === undefined || trained.length === 0) return [];
  const store = await openStore(`dir:${blobsPath(folder)}`);
  const outcomes = outcomesOf(search);
  const written: string[] = [];
  for (const model of trained) {
    const checkpoint = lastOfModel(model);
    if (checkpoint === undefined) continue;
    const outcome = outcomes.find(({ model: number }) => number === model.model);
    const { cells, channels, epsilon } = spec.train;
    const { height, width, channels: colours, classes, mean, std } = dataset;
    const place = modelFolder(folder, model);
    const kept: Model = {
      genotype: answer.genotype,
      // A model of DARTS' space says so by its genotype.
      ...(spaceOf(spec).name === "darts" ? {} : { space: spaceOf(spec) }),
      network: { cells, channels, stem: spec.network.stem, binarize: binarizeOf(spec, model.variant), epsilon },
      input: { height, width, channels: colours },
      classes,
      normalization: { mean, std },
      origin: {
        code: `bnas ${version}`,
        search: search.id,
        dataset: spec.dataset,
        datasetDigest: dataset.digest,
        engineDigest: engine.digest,
        checkpoint,
        seed: seedOfModel(spec, model.repeat),
        epochs: outcome?.epochs ?? 0,
        ...(outcome === undefined ? {} : { testCorrect: outcome.correct, testTotal: outcome.total }),
      },
      tensors: await loadCheckpoint(store, checkpoint, isOfModel),
    };
    await writeModel(place, kept);
    written.push(place);
  }
  return written;
};

/** What the network is used with: neither momentum nor the head that helped to train it. */
const isOfModel = (name: string): boolean => !name.startsWith("momentum/") && !name.startsWith("auxiliary.");
