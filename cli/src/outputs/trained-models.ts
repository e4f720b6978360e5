import { join } from "node:path";
import { openStore } from "@bnas/mesh";
import { isOfModel, modelFolderName, tensorsOfModel, trainedModel, trainedModels, writeModel } from "@bnas/model";
import type { DescribeDatasetResponse } from "@bnas/proto";
import type { Provenance, Search, Spec } from "@bnas/search";
import { loadCheckpoint } from "@bnas/store";
import { blobsPath } from "./output-folder.js";

/**
 * Leave the networks of a search's answer as folders, each as it was after its last epoch. Rivals stay in the blobs.
 * @returns the folders
 */
export const writeTrainedModels = async (options: {
  readonly folder: string;
  readonly search: Search;
  readonly spec: Spec;
  readonly dataset: DescribeDatasetResponse;
  readonly provenance: Provenance;
}): Promise<readonly string[]> => {
  const { folder, search, spec, dataset, provenance } = options;
  const written: string[] = [];
  for (const model of trainedModels(search)) {
    const { config, checkpoint } = trainedModel(search, spec, model, dataset, provenance);
    const store = await openStore(`dir:${blobsPath(folder)}`);
    const place = join(folder, modelFolderName(model));
    const tensors = tensorsOfModel(await loadCheckpoint(store, checkpoint, isOfModel));
    await writeModel(place, { ...config, tensors });
    written.push(place);
  }
  return written;
};
