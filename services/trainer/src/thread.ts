import type { Engine } from "@bnas/network";
import type { TaskContext } from "@bnas/process";
import type { CheckpointRef } from "@bnas/search";
import { lossIn } from "@bnas/searches";
import { MeasuredStore } from "@bnas/store";
import { serveTensors, type TensorTools } from "@bnas/worker";
import { type MergedPass, type MergeJob, mergePass } from "./merge-pass.js";
import {
  type EpochTask,
  type SampleTask,
  type TrainedEpoch,
  type TrainedSample,
  type TrainStep,
  trainEpochJob,
  trainSampleJob,
} from "./train-job.js";
import { type ModelTask, type TrainedModelEpoch, trainModelJob } from "./train-model.js";

export type EngineDescription = Pick<Engine, "name" | "digest" | "versions" | "memoryLimit">;

/** What the tensor thread of a trainer does. */
export type TrainerThread = {
  /** Tell which engine it runs. */
  describe(task: null): Promise<EngineDescription>;
  epoch(job: EpochTask, context: TaskContext<TrainStep>): Promise<TrainedEpoch>;
  sample(job: SampleTask, context: TaskContext<TrainStep>): Promise<TrainedSample>;
  model(job: ModelTask, context: TaskContext<TrainStep>): Promise<TrainedModelEpoch>;
  merge(job: MergeJob): Promise<MergedPass>;
  /** Why a checkpoint cannot be loaded; null: it can. */
  lossOf(checkpoint: CheckpointRef): Promise<string | null>;
};

const clock = () => performance.now();

/** The result of a job, with who made it and what it wrote into the store. */
const made = async <Result extends object>(tools: TensorTools, job: (tools: TensorTools) => Promise<Result>) => {
  const store = new MeasuredStore(tools.store);
  const result = await job({ ...tools, store });
  return { ...result, madeBy: tools.madeBy, bytes: store.bytesPut };
};

serveTensors<TrainerThread>(process.env, (tools) => ({
  async describe() {
    const { name, digest, versions, memoryLimit } = tools.engine;
    return { name, digest, versions, memoryLimit };
  },
  epoch: async (job, context) => made(tools, (measured) => trainEpochJob(job, measured, { ...context, clock })),
  sample: async (job, context) => made(tools, (measured) => trainSampleJob(job, measured, { ...context, clock })),
  model: async (job, context) => made(tools, (measured) => trainModelJob(job, measured, { ...context, clock })),
  merge: async (job) => made(tools, (measured) => mergePass(job, measured, { clock })),
  lossOf: (checkpoint) => lossIn(tools.store, checkpoint),
}));
