import { shareFacts } from "@bnas/mesh";
import { defineService } from "@bnas/process";
import { EvaluatorServiceDefinition } from "@bnas/proto";
import { startWorker } from "@bnas/worker";
import { evaluatorConfig } from "./config.js";
import { evaluatorWork } from "./repeat.js";
import { evaluatorRpc } from "./rpc.js";
import type { EvaluatorThread } from "./thread.js";

/** An evaluator evaluates trained samples and scores the operations of each round. */
export const evaluator = defineService({
  name: "evaluator",
  does: "Evaluates trained samples and scores the operations of each round.",
  config: evaluatorConfig,
  share: shareFacts,
  start: (config, tools) =>
    startWorker<EvaluatorThread>(config, tools, {
      script: new URL("./thread.js", import.meta.url),
      wire: async (thread) => ({
        services: [{ definition: EvaluatorServiceDefinition, implementation: evaluatorRpc(thread) }],
        work: evaluatorWork({ ...tools, thread }),
      }),
    }),
});
