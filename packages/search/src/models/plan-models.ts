import type { Spec } from "../spec/spec.js";

/**
 * What a trained network is there for. `answer`: the genotype of the search. The others are rivals, trained the same: `random` a
 * genotype drawn by seed, `full-precision` the answer without binarization, `published` the authors' genotype.
 */
export type Variant = "answer" | "random" | "full-precision" | "published";

/** A network that is to be trained. */
export type ModelPlan = {
  /** Its number in the search, from 1. */
  readonly model: number;
  readonly variant: Variant;
  /** Which of the random genotypes, from 1; of other variants 1. */
  readonly number: number;
  /** Which of the `train.seeds`, from 0. Networks with the same see the same images in the same order. */
  readonly repeat: number;
};

/**
 * Every network that a search trains after its genotype is known, the answer first: `train.seeds` of each variant.
 * @example
 * ```ts
 * import { parseSpec, planModels } from "@bnas/search";
 *
 * planModels(parseSpec({})); // => []
 * planModels(parseSpec({ train: { seeds: 2, fullPrecisionTwin: true } })).map(({ variant }) => variant);
 * // => ["answer", "answer", "full-precision", "full-precision"]
 * ```
 */
export const planModels = ({ train }: Spec): readonly ModelPlan[] => {
  const variants: readonly (readonly [Variant, number])[] = [
    ["answer", 1],
    ["full-precision", train.fullPrecisionTwin ? 1 : 0],
    ["published", train.publishedRival ? 1 : 0],
    ["random", train.randomRivals],
  ];
  const networks = variants.flatMap(([variant, count]) =>
    Array.from({ length: count }, (_, index) => ({ variant, number: index + 1 })),
  );
  const plans = networks.flatMap((network) =>
    Array.from({ length: train.seeds }, (_, repeat) => ({ ...network, repeat })),
  );
  return plans.map((plan, index) => ({ ...plan, model: index + 1 }));
};

/** Training jobs of all models: epochs, each a job. */
export const countModelEpochs = (spec: Spec): number => planModels(spec).length * spec.train.epochs;
