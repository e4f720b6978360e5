import { invalidInput } from "@bnas/errors";
import { spaceOf, type Tensors, type TensorValue } from "@bnas/search";
import { trainsByPart } from "../cost/memory.js";
import { ADAM_STEP, adamMeanName, adamVarianceName, momentumName, strengthShapes } from "../cost/parameters.js";
import type { Engine } from "../engine/engine.js";
import { alphaName, strengthGradients } from "../paper/mixture.js";
import { isProjection } from "../paper/projection.js";
import { copyOf, copyOrZeros, tensorValue } from "../paper/state.js";
import { type AdamTensor, adamStep } from "./adam.js";
import type { Batch } from "./batch.js";
import { sgdStep, type TrainedTensor } from "./sgd.js";
import { differentiate, type Problem } from "./step.js";

/** The state of a job while it trains: copies, changed in place by every step. */
export type Training = {
  /** All that the next step depends on. */
  readonly state: Tensors;
  /** A step of the weights by SGD. Gives the mean loss and the number of right answers, both before the step. */
  weightStep(batch: Batch, rate: number): { readonly loss: number; readonly correct: number };
  /** A step of alpha and beta by Adam, the weights as they are (first order). */
  strengthStep(batch: Batch): { readonly loss: number };
  /** Whatever a step has changed so far, optimizer state included. */
  changed(): Tensors;
};

/**
 * Begin to train a network from a state, which is not changed.
 * @throws InvalidInput from a step whose batch does not fit in the engine's memory, or whose loss is not finite
 */
export const openTraining = (engine: Engine, problem: Problem, from: Tensors): Training => {
  const state = new Map<string, TensorValue>();
  const own = (name: string, value: TensorValue): Float32Array => {
    state.set(name, value);
    return value.values;
  };
  const byPart = ({ count }: Batch): boolean => trainsByPart(engine, problem.trace, "batch", count);
  const changedNames = new Set<string>();
  const { weights: sgd, strengths: adam } = problem.spec;
  const space = spaceOf(problem.spec);

  const weights = new Map<string, TrainedTensor>();
  for (const { name, shape } of problem.trace.parameters) {
    const values = own(name, copyOf(tensorValue(from, name, shape)));
    const momentum = own(momentumName(name), copyOrZeros(from, momentumName(name), shape));
    // A projection that decayed would change all signs where its mean crosses 0.
    weights.set(name, { values, momentum, decays: !isProjection(name) });
  }

  const strengths = new Map<string, AdamTensor>();
  for (const [name, shape] of strengthShapes(space)) {
    strengths.set(name, {
      values: own(name, copyOf(tensorValue(from, name, shape))),
      mean: own(adamMeanName(name), copyOrZeros(from, adamMeanName(name), shape)),
      variance: own(adamVarianceName(name), copyOrZeros(from, adamVarianceName(name), shape)),
      active: activeEntries(problem, name),
    });
  }
  const strengthSteps = own(ADAM_STEP, copyOrZeros(from, ADAM_STEP, []));

  return {
    state,
    weightStep(batch, rate) {
      const { loss, correct, gradients } = differentiate(problem, batch, state, "weights", rate, byPart(batch));
      requireFinite(loss, "spec.weights.rate", rate);
      sgdStep(weights, gradients, { rate, momentum: sgd.momentum, decay: sgd.decay, clip: sgd.clip });
      for (const name of weights.keys()) changedNames.add(name).add(momentumName(name));
      return { loss, correct };
    },
    strengthStep(batch) {
      const { loss, gradients } = differentiate(problem, batch, state, "mixtures", 0, byPart(batch));
      requireFinite(loss, "spec.strengths.rate", adam.rate);
      const step = (strengthSteps[0] ?? 0) + 1;
      strengthSteps[0] = step;
      adamStep(strengths, strengthGradients(space, problem.candidates, state, gradients), step, adam);
      changedNames.add(ADAM_STEP);
      for (const name of strengths.keys()) {
        changedNames.add(name).add(adamMeanName(name)).add(adamVarianceName(name));
      }
      return { loss };
    },
    changed: () =>
      new Map([...state].filter(([name]) => changedNames.has(name)).map(([name, value]) => [name, copyOf(value)])),
  };
};

/** Alpha of an operation that was abandoned stays as it is; all of beta takes part. */
const activeEntries = (problem: Problem, name: string): ((index: number) => boolean) => {
  const { cells, operations } = spaceOf(problem.spec);
  const cell = cells.find(({ kind }) => alphaName(kind) === name);
  if (cell === undefined) return () => true;
  const candidates = problem.candidates[cell.kind] ?? [];
  const active = candidates.flatMap((left) => operations.map((operation) => left.includes(operation)));
  return (index) => active[index] === true;
};

const requireFinite = (loss: number, field: string, rate: number): void => {
  if (Number.isFinite(loss)) return;
  throw invalidInput(
    field,
    rate,
    "a rate at which the loss stays finite",
    `The loss became ${loss}: training diverged. Lower ${field} or spec.weights.clip, or look for damaged images.`,
  );
};
