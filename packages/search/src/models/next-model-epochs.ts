import type { FactOf } from "../facts/facts.js";
import type { Genotype } from "../genotype/genotype.js";
import type { Spec } from "../spec/spec.js";
import { epochsDone, isTraining, lastOfModel, type ModelProgress } from "./model-progress.js";
import { countModelEpochs } from "./plan-models.js";
import { genotypeOfModel } from "./recipe.js";

/**
 * The epochs to ask for: the next of every model that is not trained to its end, in the order of their numbers, so many that at most
 * `parallel` are asked for and not yet trained. Models do not depend on each other, so how many changes no result.
 * @param answer the genotype of the search
 */
export const nextModelEpochs = (
  spec: Spec,
  answer: Genotype,
  models: readonly ModelProgress[],
): readonly FactOf<"model.epoch.requested">[] => {
  const free = spec.parallel - models.filter(isTraining).length;
  return models
    .filter((model) => !isTraining(model) && epochsDone(model) < model.epochs.length)
    .slice(0, Math.max(0, free))
    .map((model) => {
      const done = epochsDone(model);
      return {
        kind: "model.epoch.requested",
        model: model.model,
        epoch: done + 1,
        job: (model.model - 1) * spec.train.epochs + done,
        jobs: countModelEpochs(spec),
        variant: model.variant,
        repeat: model.repeat,
        genotype: genotypeOfModel(spec, model, answer),
        from: lastOfModel(model) ?? null,
      };
    });
};

/** Whether every model is trained to its end and every epoch of it is evaluated. */
export const modelsDone = (models: readonly ModelProgress[]): boolean =>
  models.every(({ epochs }) => epochs.every(({ evaluated }) => evaluated !== undefined));
