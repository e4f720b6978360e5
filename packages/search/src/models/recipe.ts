import { randomGenotype } from "../algorithm/derive.js";
import { type Genotype, PUBLISHED } from "../genotype/genotype.js";
import { stream } from "../random/random.js";
import { spaceOf } from "../spec/space-of.js";
import type { Spec } from "../spec/spec.js";
import type { ModelPlan, Variant } from "./plan-models.js";

/** The genotype of a network of the plan. @param answer the genotype of the search */
export const genotypeOfModel = (spec: Spec, { variant, number }: ModelPlan, answer: Genotype): Genotype => {
  switch (variant) {
    case "answer":
    case "full-precision":
      return answer;
    case "published":
      return PUBLISHED;
    case "random":
      return randomGenotype(spaceOf(spec), stream(spec.seed, "rivals", number).below(2 ** 32));
  }
};

/** What is binarized in a network of a variant. */
export const binarizeOf = (spec: Spec, variant: Variant): Spec["binarize"] =>
  variant === "full-precision" ? "none" : spec.binarize;

/** Seed of the weights before training, and of dropped paths. */
export const seedOfModel = (spec: Spec, repeat: number): number => (spec.seed + repeat) % 2 ** 32;

/** Epochs of a network at most: repeats see the images in other orders, which the number of the epoch decides. */
const MOST_EPOCHS = 10_000;

/** The number of an epoch to the dataset: the order of the images, and how each is augmented. @param epoch from 1 */
export const dataEpoch = (repeat: number, epoch: number): number => repeat * MOST_EPOCHS + epoch - 1;

/**
 * Learning rate of a step: `cosine` falls from `rate` to `leastRate` along half a cosine (DARTS; a value an epoch), `linear` along a line
 * (PC-DARTS on ImageNet).
 * @param epoch from 1
 */
export const trainRate = ({ schedule, rate, leastRate, epochs }: Spec["train"], epoch: number): number => {
  const done = (epoch - 1) / epochs;
  const left = schedule === "linear" ? 1 - done : (1 + Math.cos(Math.PI * done)) / 2;
  return leastRate + (rate - leastRate) * left;
};

/** Probability with which a path is dropped: grows along a line from 0 (DARTS). @param epoch from 1 */
export const dropPathOf = ({ dropPath, epochs }: Spec["train"], epoch: number): number =>
  (dropPath * (epoch - 1)) / epochs;
