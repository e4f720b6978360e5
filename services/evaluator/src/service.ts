import {
  checkClientTls,
  type FactLog,
  type Logger,
  type RunningService,
  Searches,
  serveRpc,
  serverTls,
  startThread,
} from "@bnas/mesh";
import { type Evaluation, EvaluatorServiceDefinition } from "@bnas/proto";
import type { EvaluatorConfig } from "./config.js";
import type { EvaluationTask } from "./evaluate-sample.js";
import { evaluationWork } from "./facts.js";
import { evaluatorRpc } from "./rpc.js";

/** Start an evaluator on a log: it judges trained samples and scores the operations of each round. */
export const startEvaluator = async (
  config: EvaluatorConfig,
  mesh: { readonly log: FactLog; readonly logger: Logger; readonly clock: () => Date },
): Promise<RunningService> => {
  checkClientTls(config);
  const script = new URL("./thread.js", import.meta.url);
  const thread = startThread<EvaluationTask, Evaluation, never>(script, config);
  const rpc = await serveRpc({
    listen: config.listen,
    services: [{ definition: EvaluatorServiceDefinition, implementation: evaluatorRpc(thread) }],
    logger: mesh.logger,
    tls: serverTls(config),
  });

  const stopping = new AbortController();
  const { signal } = stopping;
  const searches = await Searches.open(mesh.log);
  const working = Promise.all([
    mesh.log.work(evaluationWork({ ...mesh, thread }), signal),
    // Lines 10 and 11: `decide` says when a round can be scored and how.
    searches.follow({ writer: "evaluator", clock: mesh.clock, signal }),
  ]).then(() => {});

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
