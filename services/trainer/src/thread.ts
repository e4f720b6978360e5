import { openStore } from "@bnas/mesh";
import { natsOfService } from "@bnas/nats";
import { type Engine, openEngine } from "@bnas/network";
import { serveTasks } from "@bnas/process";
import { DatasetServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { clientTls } from "@bnas/tls";
import type { TrainerConfig } from "./config.js";
import { type MergedPass, type MergeJob, mergePass } from "./merge-pass.js";
import { type TrainedJob, type TrainJob, type TrainStep, trainJob } from "./train-job.js";

/** What the tensor thread answers: the engine it runs, or a job done. */
export type ThreadTask = { readonly describe: true } | TrainJob | MergeJob;
export type EngineDescription = Pick<Engine, "name" | "digest" | "versions" | "memoryLimit">;
export type ThreadResult = EngineDescription | TrainedJob | MergedPass;

serveTasks<TrainerConfig, ThreadTask, ThreadResult, TrainStep>(async (config) => {
  const engine = await openEngine(config.engine);
  const store = await openStore(config.store, { nats: natsOfService(config) });
  const { client: dataset } = connect(DatasetServiceDefinition, config.dataset, { tls: clientTls(config) });
  const clock = () => performance.now();
  return async (task, { signal, step }) => {
    if ("describe" in task) {
      return { name: engine.name, digest: engine.digest, versions: engine.versions, memoryLimit: engine.memoryLimit };
    }
    if ("merge" in task) return mergePass(task, { store }, { clock });
    return trainJob(task, { engine, store, dataset }, { signal, step, clock });
  };
});
