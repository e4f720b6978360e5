import { specOfMessage, type TaskThread } from "@bnas/mesh";
import { type Evaluation, type EvaluatorServiceImplementation, Split } from "@bnas/proto";
import { parseNetwork } from "@bnas/search";
import type { EvaluationTask } from "./evaluate-sample.js";

/** EvaluatorService: judge any sampled network by the weights of any checkpoint. */
export const evaluatorRpc = (
  thread: TaskThread<EvaluationTask, Evaluation, never>,
): EvaluatorServiceImplementation => ({
  evaluateSample: (request, { signal }) =>
    thread.run(
      {
        spec: specOfMessage(request.spec),
        network: parseNetwork({ normal: request.normal, reduce: request.reduce }),
        checkpoint: request.checkpoint,
        split: request.split === Split.SPLIT_UNSPECIFIED ? Split.SPLIT_REDUCTION : request.split,
      },
      { signal },
    ),
});
