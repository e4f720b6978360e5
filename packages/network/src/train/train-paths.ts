import type { Network, TensorValue } from "@bnas/search";
import { requireBatchesFit } from "../cost/memory.js";
import type { Engine } from "../engine/engine.js";
import { candidatesOf } from "../paper/supernet.js";
import { problemOf } from "./step.js";
import { type EpochJob, type EpochResult, emptySplit, strengthsOf, yieldUnlessAborted } from "./train-epoch.js";
import { openTraining } from "./training.js";

export type PathsJob = Omit<EpochJob, "trainStrengths" | "strengthBatches"> & {
  /** The networks that a batch trains, one after the other; batches are counted from 0. */
  readonly networksOf: (batch: number) => readonly Network[];
};

/**
 * One epoch of the supernet by paths: each network that is drawn for a batch takes a step of its weights on it, so that every operation
 * learns alone on its edge, as it is evaluated. After FairNAS (Chu, Zhang and Xu, ICCV 2021), which adds the gradients of a batch's networks
 * up for one step; here each takes its own. Alpha and beta stay as they are.
 * @throws InvalidInput when the split gives no batch, a batch does not fit in memory, or the loss is not finite
 */
export const trainPaths = async (engine: Engine, job: PathsJob): Promise<EpochResult> => {
  await engine.activate();
  const state = new Map<string, TensorValue>(job.state);
  const changed = new Map<string, TensorValue>();
  let batches = 0;
  let images = 0;
  let lossSum = 0;
  for await (const batch of job.weightBatches) {
    const networks = job.networksOf(batches);
    let loss = 0;
    for (const network of networks) {
      job.signal?.throwIfAborted();
      const problem = problemOf({ ...job, candidates: candidatesOf(network) });
      if (batches === 0) requireBatchesFit(engine, job.spec, problem.trace);
      const training = openTraining(engine, problem, state);
      loss += training.weightStep(batch, job.rate).loss / networks.length;
      for (const [name, value] of training.changed()) {
        state.set(name, value);
        changed.set(name, value);
      }
      await yieldUnlessAborted(job.signal);
    }
    batches += 1;
    images += batch.count;
    lossSum += loss * batch.count;
    job.onStep?.({ steps: batches, images, loss });
  }
  if (batches === 0) throw emptySplit("weight");
  return { changed, loss: lossSum / images, images, ...strengthsOf(job.spec, state, job.candidates) };
};
