import type { Engine } from "@bnas/network";
import type { TaskContext } from "@bnas/process";
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
};

const clock = () => performance.now();

/** A result, with who made it. */
const made = <Result extends object>(result: Result, { madeBy }: Pick<TensorTools, "madeBy">) => ({
  ...result,
  madeBy,
});

serveTensors<TrainerThread>(process.env, (tools) => ({
  async describe() {
    const { name, digest, versions, memoryLimit } = tools.engine;
    return { name, digest, versions, memoryLimit };
  },
  epoch: async (job, context) => made(await trainEpochJob(job, tools, { ...context, clock }), tools),
  sample: async (job, context) => made(await trainSampleJob(job, tools, { ...context, clock }), tools),
  model: async (job, context) => made(await trainModelJob(job, tools, { ...context, clock }), tools),
  merge: async (job) => made(await mergePass(job, tools, { clock }), tools),
}));
