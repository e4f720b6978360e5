import { invalidInput } from "@bnas/errors";
import type { Tensors } from "@bnas/search";
import { type Tensor, tensor4d, tidy } from "@tensorflow/tfjs-core";
import { requireModelFits } from "../cost/memory.js";
import type { Engine } from "../engine/engine.js";
import { requireNoOtherProjections } from "../paper/projection.js";
import type { InputShape } from "../paper/stack.js";
import { type Batch, type Normalization, normalizeImages } from "./batch.js";
import { type DerivedNetwork, uploadWeights } from "./derived.js";
import { crossEntropy } from "./loss.js";
import { emptySplit, yieldUnlessAborted } from "./train-epoch.js";

export type ModelEvaluationJob = {
  readonly network: DerivedNetwork;
  readonly input: InputShape;
  readonly normalization: Normalization;
  /** Weights and running statistics. */
  readonly state: Tensors;
  readonly batches: AsyncIterable<Batch>;
  /** Called with the logits [count, classes] of each batch. */
  readonly onLogits?: (logits: Float32Array, labels: ArrayLike<number>) => void;
  readonly signal?: AbortSignal;
};

/** Answers of a model: `loss` is the mean cross-entropy in nats. */
export type ModelEvaluation = { readonly correct: number; readonly total: number; readonly loss: number };

/**
 * Accuracy of a derived network. Its batch norms use their running statistics, so what it answers to an image does not depend on the
 * images beside it.
 * @throws InvalidInput when there is no image, a batch does not fit in memory, or the loss is not finite
 */
export const evaluateModel = async (engine: Engine, job: ModelEvaluationJob): Promise<ModelEvaluation> => {
  requireNoOtherProjections(job.network.parameters, job.state);
  await engine.activate();
  const weights = uploadWeights(job.network.parameters, job.state);
  try {
    return await evaluateWith(weights, engine, job);
  } finally {
    for (const tensor of weights.values()) tensor.dispose();
  }
};

/** All batches by weights that the engine holds. */
const evaluateWith = async (
  weights: ReadonlyMap<string, Tensor>,
  engine: Engine,
  job: ModelEvaluationJob,
): Promise<ModelEvaluation> => {
  const { network, input, normalization, state } = job;
  const { height, width, channels, classes } = input;
  let correct = 0;
  let total = 0;
  let lossSum = 0;
  for await (const batch of job.batches) {
    job.signal?.throwIfAborted();
    requireModelFits(engine, network.cost, batch.count);
    const logits = tidy(() => {
      const images = tensor4d(normalizeImages(batch, input, normalization), [batch.count, height, width, channels]);
      const mode = { training: false, statistics: state } as const;
      return new Float32Array(network.forward(images, weights, mode).logits.dataSync());
    }) as Float32Array; // tidy is typed for tensors, and gives back whatever it is given.
    const outcome = crossEntropy(logits, batch.labels, classes);
    job.onLogits?.(logits, batch.labels);
    correct += outcome.correct;
    total += batch.count;
    lossSum += outcome.loss * batch.count;
    await yieldUnlessAborted(job.signal);
  }
  if (total === 0) throw emptySplit("test");
  if (!Number.isFinite(lossSum)) {
    const hint = "The checkpoint is not usable: train again with a lower spec.train.rate.";
    throw invalidInput("state", String(lossSum), "weights of which the loss is finite", hint);
  }
  return { correct, total, loss: lossSum / total };
};
