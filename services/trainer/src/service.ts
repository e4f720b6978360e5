import { shareFacts } from "@bnas/mesh";
import { defineService } from "@bnas/process";
import { TrainerServiceDefinition } from "@bnas/proto";
import { startWorker } from "@bnas/worker";
import { trainerConfig } from "./config.js";
import { endWhenIdle } from "./idle.js";
import { JobInHand } from "./job-in-hand.js";
import { trainerWork } from "./repeat.js";
import { trainerRpc } from "./rpc.js";
import type { TrainerThread } from "./thread.js";

/** A trainer answers gRPC and takes training jobs until it is drained, or idle for too long. */
export const trainer = defineService({
  name: "trainer",
  does: "Trains epochs of the supernet and sampled networks, and merges the samples of a pass.",
  config: trainerConfig,
  share: shareFacts,
  start: (config, tools) =>
    startWorker<TrainerThread>(config, tools, {
      script: new URL("./thread.js", import.meta.url),
      async wire(thread, stopping) {
        // An engine that cannot be opened ends the service at its start, not its first job.
        const engine = await thread.call("describe", null, { signal: stopping.signal });
        const inHand = new JobInHand();
        const { search, idleSeconds: seconds = 0 } = config;
        return {
          services: [{ definition: TrainerServiceDefinition, implementation: trainerRpc(engine, inHand) }],
          work: endWhenIdle(trainerWork({ ...tools, search, thread, inHand }), { seconds, end: stopping }),
        };
      },
    }),
});
