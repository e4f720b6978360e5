import { setImmediate } from "node:timers/promises";
import { type InvalidInput, invalidInput } from "@bnas/errors";
import {
  type Candidates,
  mapEdges,
  type PerEdge,
  type PerOperation,
  row,
  type Spec,
  spaceOf,
  type Tensors,
} from "@bnas/search";
import { requireBatchesFit } from "../cost/memory.js";
import type { Engine } from "../engine/engine.js";
import { alphaName, betaName } from "../paper/mixture.js";
import type { InputShape } from "../paper/stack.js";
import type { Batch, Normalization } from "./batch.js";
import { problemOf } from "./step.js";
import { openTraining } from "./training.js";

/** How far a job is: steps and images so far, the loss of the last step. */
export type TrainingProgress = { readonly steps: number; readonly images: number; readonly loss: number };

export type EpochJob = {
  readonly spec: Spec;
  readonly input: InputShape;
  readonly normalization: Normalization;
  readonly candidates: Candidates;
  /** Weights and strengths, and optimizer state if there is any yet. Not changed. */
  readonly state: Tensors;
  /** Of the weights (cosine.ts). */
  readonly rate: number;
  readonly trainStrengths: boolean;
  readonly weightBatches: AsyncIterable<Batch>;
  readonly strengthBatches: AsyncIterable<Batch>;
  readonly onStep?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
};

export type EpochResult = {
  /** Every tensor that a step changed, optimizer state included. */
  readonly changed: Tensors;
  /** Mean over the images of the weight batches, each before its step. */
  readonly loss: number;
  /** Images of the weight batches. */
  readonly images: number;
  /** Alpha of every candidate, before any softmax. */
  readonly alpha: PerOperation;
  readonly beta: PerEdge<number>;
};

/**
 * One epoch of supernet training (Algorithm 1, lines 1 and 14) by the first-order PC-DARTS objective: for every batch of
 * the weight split a step on alpha and beta with a batch of the strength split, then a step on the weights. Where the
 * strength split has fewer batches, the last steps are on the weights alone.
 * @throws InvalidInput when a split gives no batch, a batch does not fit in memory, or the loss is not finite
 */
export const trainEpoch = async (engine: Engine, job: EpochJob): Promise<EpochResult> => {
  const problem = problemOf(job);
  requireBatchesFit(engine, job.spec, problem.trace);
  const training = openTraining(engine, problem, job.state);
  await engine.activate();
  const strengthBatches = job.strengthBatches[Symbol.asyncIterator]();
  let steps = 0;
  let strengthSteps = 0;
  let images = 0;
  let lossSum = 0;
  try {
    for await (const batch of job.weightBatches) {
      job.signal?.throwIfAborted();
      if (job.trainStrengths) {
        const next = await strengthBatches.next();
        if (next.done !== true) {
          training.strengthStep(next.value);
          strengthSteps += 1;
          await yieldUnlessAborted(job.signal);
        }
      }
      const { loss } = training.weightStep(batch, job.rate);
      steps += 1;
      images += batch.count;
      lossSum += loss * batch.count;
      job.onStep?.({ steps, images, loss });
      await yieldUnlessAborted(job.signal);
    }
  } finally {
    await strengthBatches.return?.();
  }
  if (steps === 0) throw emptySplit("weight");
  if (job.trainStrengths && strengthSteps === 0) throw emptySplit("strength");
  return {
    changed: training.changed(),
    loss: lossSum / images,
    images,
    ...strengthsOf(job.spec, training.state, job.candidates),
  };
};

/** Tensors block the thread, so between steps others get their turn, and a job that is no longer wanted ends. */
export const yieldUnlessAborted = async (signal: AbortSignal | undefined): Promise<void> => {
  await setImmediate();
  signal?.throwIfAborted();
};

/** An epoch without a step would look like training and be none. */
export const emptySplit = (split: "weight" | "strength" | "judged" | "train" | "test"): InvalidInput =>
  invalidInput(
    "batch",
    0,
    `at least one batch of the ${split} split`,
    `The ${split} split gave no image for a batch: lower ${split === "train" ? "spec.train.batch" : "spec.warmup.batch or spec.reduction.batch"}, or raise spec.data.limit.`,
  );

/** Alpha of the candidates and beta, as a fact of the epoch says them. */
export const strengthsOf = (
  spec: Spec,
  state: Tensors,
  candidates: Candidates,
): Pick<EpochResult, "alpha" | "beta"> => {
  const { operations, cells } = spaceOf(spec);
  return {
    alpha: mapEdges(candidates, (left, { cell, edge }) => {
      const alpha = state.get(alphaName(cell))?.values ?? [];
      return row(left, (operation) => alpha[edge * operations.length + operations.indexOf(operation)] ?? 0);
    }),
    beta: Object.fromEntries(cells.map(({ kind }) => [kind, Array.from(state.get(betaName(kind))?.values ?? [])])),
  };
};
