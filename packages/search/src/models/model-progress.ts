import { greatestOf } from "../extremes.js";
import type { CheckpointRef, Trained } from "../facts/fact-parts.js";
import type { FactOf } from "../facts/facts.js";
import type { Spec } from "../spec/spec.js";
import { type ModelPlan, planModels } from "./plan-models.js";

/** How far an epoch of a model is. */
export type ModelEpoch = {
  readonly requested: boolean;
  readonly trained: Trained | undefined;
  /** Answers on the test split. */
  readonly evaluated: { readonly correct: number; readonly total: number; readonly loss: number } | undefined;
};

/** How far a model is: its epochs in their order. */
export type ModelProgress = ModelPlan & { readonly epochs: readonly ModelEpoch[] };

/** The models of a search before any is trained. */
export const startModels = (spec: Spec): readonly ModelProgress[] =>
  planModels(spec).map((plan) => ({
    ...plan,
    epochs: Array.from({ length: spec.train.epochs }, () => ({
      requested: false,
      trained: undefined,
      evaluated: undefined,
    })),
  }));

type EpochFact = FactOf<"model.epoch.requested"> | FactOf<"model.epoch.trained"> | FactOf<"model.epoch.evaluated">;

/** The models with one epoch further. A fact of a model or an epoch that is not planned, or that was folded before, changes nothing. */
export const evolveModels = (models: readonly ModelProgress[], fact: EpochFact): readonly ModelProgress[] => {
  const model = models[fact.model - 1];
  const before = model?.epochs[fact.epoch - 1];
  if (model === undefined || before === undefined) return models;
  const after = further(before, fact);
  if (after === before) return models;
  return models.with(fact.model - 1, { ...model, epochs: model.epochs.with(fact.epoch - 1, after) });
};

const further = (before: ModelEpoch, fact: EpochFact): ModelEpoch => {
  switch (fact.kind) {
    case "model.epoch.requested":
      return before.requested ? before : { ...before, requested: true };
    case "model.epoch.trained": {
      const { checkpoint, loss, images, seconds } = fact;
      return before.trained === undefined ? { ...before, trained: { checkpoint, loss, images, seconds } } : before;
    }
    case "model.epoch.evaluated": {
      const { correct, total, loss } = fact;
      return before.evaluated === undefined ? { ...before, evaluated: { correct, total, loss } } : before;
    }
  }
};

/** Epochs that are trained. */
export const epochsDone = ({ epochs }: ModelProgress): number =>
  epochs.filter(({ trained }) => trained !== undefined).length;

/** Whether a trainer was asked for an epoch of it that is not trained. */
export const isTraining = ({ epochs }: ModelProgress): boolean =>
  epochs.some(({ requested, trained }) => requested && trained === undefined);

/** Where a model stands: the checkpoint of its last trained epoch. */
export const lastOfModel = ({ epochs }: ModelProgress): CheckpointRef | undefined =>
  epochs.findLast(({ trained }) => trained !== undefined)?.trained?.checkpoint;

/** The epoch that answered most test images correctly, counted from 1; the first of equals. Undefined before any was evaluated. */
export const bestEpoch = ({ epochs }: ModelProgress): number | undefined => {
  const counts = epochs.map(({ evaluated }) => evaluated?.correct ?? -1);
  const most = greatestOf(counts);
  return most < 0 ? undefined : counts.indexOf(most) + 1;
};

/** The checkpoints of a model that are kept: the last, the best, and those that are not evaluated yet. */
export const checkpointsOfModel = (model: ModelProgress): readonly CheckpointRef[] => {
  const best = model.epochs[(bestEpoch(model) ?? 0) - 1]?.trained?.checkpoint;
  const unevaluated = model.epochs.flatMap(({ trained, evaluated }) =>
    trained !== undefined && evaluated === undefined ? [trained.checkpoint] : [],
  );
  return [...new Set([lastOfModel(model), best, ...unevaluated].filter((ref) => ref !== undefined))];
};
