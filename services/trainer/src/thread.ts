import type { Engine } from "@bnas/network";
import type { TaskContext } from "@bnas/process";
import { serveTensors } from "@bnas/worker";
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

serveTensors<TrainerThread>(process.env, (tools) => ({
  async describe() {
    const { name, digest, versions, memoryLimit } = tools.engine;
    return { name, digest, versions, memoryLimit };
  },
  epoch: (job, context) => trainEpochJob(job, tools, { ...context, clock }),
  sample: (job, context) => trainSampleJob(job, tools, { ...context, clock }),
  model: (job, context) => trainModelJob(job, tools, { ...context, clock }),
  merge: (job) => mergePass(job, tools, { clock }),
}));
