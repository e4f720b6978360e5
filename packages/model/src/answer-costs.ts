import { isInvalidInput } from "@bnas/errors";
import { type Cost, type InputShape, modelNetwork } from "@bnas/network";
import {
  binarizeOf,
  type Genotype,
  genotypeOfModel,
  type ModelPlan,
  planModels,
  type Spec,
  spaceOf,
  type Variant,
} from "@bnas/search";
import type { ModelData } from "./trained-model.js";

/** What a trained network costs to keep, and to run on one image. Of several networks the mean. Counted, not measured. */
export type NetworkCost = {
  readonly variant: Variant;
  readonly networks: number;
  readonly parameters: number;
  readonly oneBitParameters: number;
  /** To store it: one or 32 a weight, and 32 for every scale of 1-bit weights. */
  readonly bits: number;
  /** Multiply-adds with a 1-bit weight, and with one of 32 bits. Norms, pools and sums are not counted. */
  readonly oneBitOperations: number;
  readonly floatOperations: number;
};

/**
 * The costs of the network of an answer, and of each kind of rival that is trained beside it, as the spec trains them.
 * @returns undefined where the space has operations that are not known here (`loadOperations`)
 */
export const answerCosts = (
  spec: Spec,
  answer: Genotype,
  { height, width, channels, classes }: Pick<ModelData, "height" | "width" | "channels" | "classes">,
): readonly NetworkCost[] | undefined => {
  const input: InputShape = { height, width, channels, classes: classes.length };
  const alone: ModelPlan = { model: 1, variant: "answer", number: 1, repeat: 0 };
  const plans = spec.train.seeds === 0 ? [alone] : planModels(spec).filter(({ repeat }) => repeat === 0);
  try {
    const space = spaceOf(spec);
    const counted = plans.map((plan) => {
      const genotype = genotypeOfModel(spec, plan, answer);
      const binarize = binarizeOf(spec, plan.variant);
      return { variant: plan.variant, cost: modelNetwork(spec, { genotype, binarize, space }, input).cost };
    });
    return [...new Set(plans.map(({ variant }) => variant))].map((variant) =>
      meanCost(
        variant,
        counted.flatMap((one) => (one.variant === variant ? [one.cost] : [])),
      ),
    );
  } catch (error) {
    if (isInvalidInput(error)) return undefined;
    throw error;
  }
};

const meanCost = (variant: Variant, costs: readonly Cost[]): NetworkCost => {
  const mean = (figure: (cost: Cost) => number): number =>
    costs.reduce((sum, cost) => sum + figure(cost), 0) / costs.length;
  return {
    variant,
    networks: costs.length,
    parameters: mean(({ total }) => total),
    oneBitParameters: mean(({ oneBit }) => oneBit),
    bits: mean(({ bits }) => bits),
    oneBitOperations: mean(({ oneBitMultiplyAdds }) => oneBitMultiplyAdds),
    floatOperations: mean(({ multiplyAdds, oneBitMultiplyAdds }) => multiplyAdds - oneBitMultiplyAdds),
  };
};
