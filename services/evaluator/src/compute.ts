import type { FactLog } from "@bnas/log";
import { type ServiceTools, startThread } from "@bnas/process";
import type { RequestTo } from "@bnas/search";
import type { WorkerConfig } from "@bnas/worker";
import { type EvaluatorAnswer, evaluatedAnswer } from "./facts.js";
import type { EvaluatorThread } from "./thread.js";

/** Evaluates what a request asks for: to audit. */
export type EvaluatorAlone = {
  /** @param log with the search of the request, which is only read */
  answer(
    log: Pick<FactLog, "read">,
    searchId: string,
    request: RequestTo<"evaluator">,
    signal: AbortSignal,
  ): Promise<EvaluatorAnswer>;
  close(): Promise<void>;
};

/** An evaluator that takes no jobs: the same thread as that of the service. */
export const evaluatorAlone = (config: WorkerConfig, tools: ServiceTools): EvaluatorAlone => {
  const thread = startThread<EvaluatorThread>(new URL("./thread.js", import.meta.url), config, tools);
  return {
    answer: (log, searchId, request, signal) => evaluatedAnswer({ log, thread }, searchId, request, signal, () => 0),
    close: () => thread.close(),
  };
};
