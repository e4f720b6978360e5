import { invalidInput } from "@bnas/errors";
import type { Network, Spec, Tensors } from "@bnas/search";
import { requireEvaluationFits } from "../cost/memory.js";
import type { Engine } from "../engine/engine.js";
import { requireNoOtherProjections } from "../paper/projection.js";
import type { InputShape } from "../paper/stack.js";
import { candidatesOf } from "../paper/supernet.js";
import type { Batch, Normalization } from "./batch.js";
import { forwardLoss, problemOf } from "./step.js";
import { emptySplit, yieldUnlessAborted } from "./train-epoch.js";

export type EvaluationJob = {
  readonly spec: Spec;
  readonly input: InputShape;
  readonly normalization: Normalization;
  readonly network: Network;
  /** Weights of the network, and strengths. */
  readonly state: Tensors;
  readonly batches: AsyncIterable<Batch>;
  readonly signal?: AbortSignal;
};

export type Evaluation = { readonly correct: number; readonly total: number; readonly loss: number };

/**
 * Accuracy of a sampled network (Algorithm 1, line 8). Batch norms use the statistics of the batch, as in training, so
 * the result depends on how the images are batched: batch them the same way every time.
 * @throws InvalidInput when there is no image, a batch does not fit in memory, or the loss is not finite
 */
export const evaluateSample = async (engine: Engine, job: EvaluationJob): Promise<Evaluation> => {
  const problem = problemOf({ ...job, candidates: candidatesOf(job.network) });
  // The full-precision twin of a sample of pcnn reads its weights without their projections.
  if (job.spec.binarizer === "xnor") requireNoOtherProjections(problem.trace.parameters, job.state);
  await engine.activate();
  let correct = 0;
  let total = 0;
  let lossSum = 0;
  for await (const batch of job.batches) {
    job.signal?.throwIfAborted();
    requireEvaluationFits(engine, problem.trace, batch.count);
    const batchLoss = forwardLoss(problem, batch, job.state);
    correct += batchLoss.correct;
    total += batch.count;
    lossSum += batchLoss.loss * batch.count;
    await yieldUnlessAborted(job.signal);
  }
  if (total === 0) throw emptySplit("judged");
  if (!Number.isFinite(lossSum)) {
    throw invalidInput(
      "state",
      String(lossSum),
      "weights of which the loss is finite",
      "The evaluated checkpoint is not usable: train again with a lower spec.weights.rate.",
    );
  }
  return { correct, total, loss: lossSum / total };
};
