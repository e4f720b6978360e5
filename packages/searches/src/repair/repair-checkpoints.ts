import { fault, hasCode } from "@bnas/errors";
import type { CheckpointRef, RequestTo } from "@bnas/search";
import { type BlobStore, loadCheckpoint } from "@bnas/store";
import { inputsOf, makersOf, type TrainedJob } from "./jobs.js";

/** Why a checkpoint cannot be loaded; undefined: it can. */
export type LossOf = (checkpoint: CheckpointRef) => Promise<unknown>;

/** Does a job again: its blobs are in the store when it resolves to its checkpoint. */
export type ComputeJob = (request: RequestTo<"trainer">) => Promise<CheckpointRef>;

/**
 * Make checkpoints whole: one of which a blob is missing or damaged is computed again from what its job began with, which is made whole before,
 * back to the first that is. What comes out must have the same hash. Gives the jobs that were done again.
 * It rejects with the error of the store for a checkpoint that no job of the search made, and with BLOB_MISSING where another came out.
 */
export const repairCheckpoints = async (
  wanted: readonly CheckpointRef[],
  {
    jobs,
    lossOf,
    compute,
  }: { readonly jobs: readonly TrainedJob[]; readonly lossOf: LossOf; readonly compute: ComputeJob },
): Promise<readonly TrainedJob[]> => {
  const makers = makersOf(jobs);
  const done: TrainedJob[] = [];
  const whole = new Set<CheckpointRef>();
  const makeWhole = async (checkpoint: CheckpointRef): Promise<void> => {
    if (whole.has(checkpoint)) return;
    const loss = await lossOf(checkpoint);
    if (loss !== undefined) {
      const job = makers.get(checkpoint);
      if (job === undefined) throw loss;
      for (const input of inputsOf(job.request)) await makeWhole(input);
      // A blob that it shares with what it began with is back already.
      if ((await lossOf(checkpoint)) !== undefined) {
        const computed = await compute(job.request);
        done.push(job);
        if (computed !== checkpoint) throw otherCheckpoint(job, computed);
        const left = await lossOf(checkpoint);
        if (left !== undefined) throw left;
      }
    }
    whole.add(checkpoint);
  };
  for (const checkpoint of wanted) await makeWhole(checkpoint);
  return done;
};

/** Why a checkpoint cannot be loaded: a blob of it is missing or damaged. Undefined: it can. */
export const blobLossOf = async (store: BlobStore, checkpoint: CheckpointRef): Promise<unknown> => {
  try {
    await loadCheckpoint(store, checkpoint);
    return undefined;
  } catch (error) {
    if (hasCode(error, "BLOB_MISSING") || hasCode(error, "BLOB_ALTERED")) return error;
    throw error;
  }
};

const otherCheckpoint = ({ answer, checkpoint }: TrainedJob, computed: CheckpointRef) =>
  fault(
    "BLOB_MISSING",
    `checkpoint ${checkpoint} is damaged, and its job ${answer.subject} now gives ${computed}`,
    "Another engine, version or data set gives other numbers: run it with that of the search (`madeBy` of the fact), or restore the blobs from a copy.",
  );
