import { percent } from "@bnas/report";
import {
  type ModelPlan,
  outcomesOf,
  type Search,
  type Variant,
  type VariantOutcome,
  variantOutcomes,
} from "@bnas/search";

/** `network`, `random genotype 3, repeat 2`: for people. */
export const modelName = ({ variant, number, repeat }: ModelPlan): string => {
  const name = variant === "random" ? `random genotype ${number}` : NAMES[variant];
  return repeat === 0 ? name : `${name}, repeat ${repeat + 1}`;
};

const NAMES: Readonly<Record<Variant, string>> = {
  answer: "network",
  random: "random genotypes",
  "full-precision": "full-precision twin",
  published: "published genotype",
};

/** What came of the networks that a search trained, a line a variant; none where it trained none. */
export const modelLines = (search: Search): readonly string[] => {
  const found = variantOutcomes(outcomesOf(search));
  if (found.length === 0) return [];
  const certified = found.some(({ variant }) => variant === "random");
  return [
    ...found.map(variantLine),
    ...(certified ? [] : ["uncertified: no random genotype was trained beside it (train.randomRivals)"]),
  ];
};

const variantLine = ({ variant, accuracies, mean, interval, againstRandom }: VariantOutcome): string => {
  const { low, high } = interval;
  const count = accuracies.length === 1 ? "" : ` of ${accuracies.length} networks`;
  const against =
    againstRandom === undefined
      ? ""
      : `; against random genotypes A12 ${againstRandom.a12.toFixed(2)}, p ${againstRandom.p.toFixed(3)}`;
  return `${NAMES[variant]}: test accuracy${count} ${percent(mean)} (95 % interval ${percent(low)} to ${percent(high)})${against}`;
};
