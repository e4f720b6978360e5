import { openStore } from "@bnas/mesh";
import type { CheckpointRef, Spec } from "@bnas/search";
import { blobLossOf, doneJobs, repairCheckpoints, type TrainedJob, trainedJobs } from "@bnas/searches";
import { type ComputeOptions, startComputing } from "./compute.js";

/** A search of a folder. */
type FolderSearch = {
  readonly searchId: string;
  readonly spec: Spec;
  readonly facts: Parameters<typeof doneJobs>[1];
  /** `dir:PATH` */
  readonly store: string;
};

/**
 * Compute lost checkpoints of a search again, from the nearest that are whole, by a trainer of its own. Gives the jobs that were done for that.
 */
export const repairFolder = async (
  { searchId, spec, facts, store }: FolderSearch,
  lost: readonly CheckpointRef[],
  options: ComputeOptions,
  signal: AbortSignal,
): Promise<readonly TrainedJob[]> => {
  const { trainer, close } = await startComputing(store, options);
  try {
    const opened = await openStore(store);
    return await repairCheckpoints(lost, {
      jobs: trainedJobs(doneJobs(searchId, facts)),
      lossOf: (checkpoint) => blobLossOf(opened, checkpoint),
      compute: async (request) => (await trainer.answer(spec, request, signal)).checkpoint,
    });
  } finally {
    await close();
  }
};
