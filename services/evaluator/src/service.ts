import type { Jobs } from "@bnas/jobs";
import type { FactLog } from "@bnas/log";
import { type RunningService, startThread } from "@bnas/process";
import { type Evaluation, EvaluatorServiceDefinition } from "@bnas/proto";
import { serveRpc } from "@bnas/rpc";
import type { Logger } from "@bnas/telemetry";
import { checkClientTls, serverTls } from "@bnas/tls";
import type { EvaluatorConfig } from "./config.js";
import type { EvaluationTask } from "./evaluate-sample.js";
import { evaluationWork } from "./facts.js";
import { evaluatorRpc } from "./rpc.js";
import { scoringWork } from "./score-round.js";

/** Start an evaluator on a log: it evaluates trained samples and scores the operations of each round. */
export const startEvaluator = async (
  config: EvaluatorConfig,
  mesh: { readonly log: FactLog; readonly jobs: Jobs; readonly logger: Logger; readonly clock: () => Date },
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
  const working = Promise.all([
    mesh.jobs.work(evaluationWork({ ...mesh, thread }), signal),
    mesh.jobs.work(scoringWork(mesh), signal),
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
