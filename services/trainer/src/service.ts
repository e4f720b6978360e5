import type { Jobs } from "@bnas/jobs";
import type { FactLog } from "@bnas/log";
import { type RunningService, startThread } from "@bnas/process";
import { TrainerServiceDefinition } from "@bnas/proto";
import { serveRpc } from "@bnas/rpc";
import type { Logger } from "@bnas/telemetry";
import { serverTls } from "@bnas/tls";
import type { TrainerConfig } from "./config.js";
import { trainingWork } from "./facts.js";
import { endWhenIdle } from "./idle.js";
import { JobInHand } from "./job-in-hand.js";
import { trainerRpc } from "./rpc.js";
import type { ThreadResult, ThreadTask } from "./thread.js";
import type { TrainStep } from "./train-job.js";

/** Start a trainer on a log: it answers gRPC and takes training jobs until it is drained, or idle for too long. */
export const startTrainer = async (
  config: TrainerConfig,
  mesh: { readonly log: FactLog; readonly jobs: Jobs; readonly logger: Logger; readonly clock: () => Date },
): Promise<RunningService> => {
  const thread = startThread<ThreadTask, ThreadResult, TrainStep>(new URL("./thread.js", import.meta.url), config);
  const stopping = new AbortController();
  const engine = await thread.run({ describe: true }, { signal: stopping.signal });
  if ("kind" in engine) throw new Error("the tensor thread did not tell its engine");

  const inHand = new JobInHand();
  const rpc = await serveRpc({
    listen: config.listen,
    services: [{ definition: TrainerServiceDefinition, implementation: trainerRpc(engine, inHand) }],
    logger: mesh.logger,
    tls: serverTls(config),
  });
  const work = endWhenIdle(trainingWork({ ...mesh, search: config.search, thread, inHand }), {
    seconds: config.idleSeconds ?? 0,
    end: stopping,
  });
  const working = mesh.jobs.work(work, stopping.signal);

  return {
    address: rpc.address,
    failed: working,
    async drain() {
      stopping.abort();
      await working;
      await rpc.drain();
      await thread.close();
    },
  };
};
