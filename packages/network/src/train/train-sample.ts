import type { Network, Spec, Tensors } from "@bnas/search";
import type { Engine } from "../engine/engine.js";
import type { InputShape } from "../paper/stack.js";
import { candidatesOf } from "../paper/supernet.js";
import { annealedRate } from "./anneal.js";
import type { Batch, Normalization } from "./batch.js";
import { problemOf } from "./step.js";
import { emptySplit, type TrainingProgress, yieldUnlessAborted } from "./train-epoch.js";
import { openTraining } from "./training.js";

export type SampleJob = {
  readonly spec: Spec;
  readonly input: InputShape;
  readonly normalization: Normalization;
  readonly network: Network;
  /** Weights of the network and strengths, and momentum if there is any yet. Not changed. */
  readonly state: Tensors;
  readonly rate: number;
  /** Steps of the epoch, within which the rate falls (anneal.ts). Left out: every step is at the rate, as in the paper. */
  readonly annealOver?: number;
  readonly batches: AsyncIterable<Batch>;
  readonly onStep?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
};

export type SampleResult = {
  /** The network's weights, those that all samples share among them, and their momentum. */
  readonly changed: Tensors;
  /** Mean over the images, each before the step that it took part in. */
  readonly loss: number;
  readonly images: number;
  /** Images that were classified correctly, each before the step that it took part in. */
  readonly correct: number;
};

/**
 * One epoch of a sampled network on the weight split (Algorithm 1, line 7): the supernet with one candidate an edge.
 * Alpha and beta stay as they are.
 * @throws InvalidInput when the split gives no batch, a batch does not fit in memory, or the loss is not finite
 */
export const trainSample = async (engine: Engine, job: SampleJob): Promise<SampleResult> => {
  const problem = problemOf({ ...job, candidates: candidatesOf(job.network) });
  const training = openTraining(engine, problem, job.state);
  await engine.activate();
  let steps = 0;
  let images = 0;
  let correct = 0;
  let lossSum = 0;
  for await (const batch of job.batches) {
    job.signal?.throwIfAborted();
    const rate = job.annealOver === undefined ? job.rate : annealedRate(job.rate, steps, job.annealOver);
    const step = training.weightStep(batch, rate);
    steps += 1;
    images += batch.count;
    correct += step.correct;
    lossSum += step.loss * batch.count;
    job.onStep?.({ steps, images, loss: step.loss });
    await yieldUnlessAborted(job.signal);
  }
  if (steps === 0) throw emptySplit("weight");
  return { changed: training.changed(), loss: lossSum / images, images, correct };
};
