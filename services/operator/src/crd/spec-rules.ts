import { STRATEGY_NAMES, type StrategyTraits, traitsOf } from "@bnas/search";
import type { Rule } from "./structural.js";

// The rules between fields of packages/search/src/spec/spec-rules.ts, as far as they can be said of what a manifest gives itself: what
// the preset fills in is not known here. The operator asks the rest, and says it in the condition Accepted.

/** Whether the manifest says all of these: `network.cells` asks for network and for cells. */
const given = (...keys: readonly string[]): string => {
  const parts = keys.flatMap((key) => {
    const [section, field] = key.split(".");
    return field === undefined ? [`has(self.${section})`] : [`has(self.${section})`, `has(self.${key})`];
  });
  return [...new Set(parts)].join(" && ");
};

/** What must hold where the manifest says all that it is about. */
const where = (keys: readonly string[], holds: string, message: string, at = keys[0] ?? ""): Rule => ({
  rule: `!(${given(...keys)}) || ${holds}`,
  message,
  // Only paths that the API server knows; it names the field in its answer.
  fieldPath: `.${at}`,
});

/** Whether the strategy is one of those of which this holds. Left out, it is that of the preset, which samples. */
const strategyHas = (holds: (traits: StrategyTraits) => boolean): string => {
  const names = STRATEGY_NAMES.filter((name) => holds(traitsOf(name))).map((name) => `'${name}'`);
  return `(has(self.strategy) && self.strategy in [${names.join(", ")}])`;
};
const noSamples = strategyHas(({ trains }) => trains === "warm-up" || trains === "nothing");
const trainsNothing = strategyHas(({ trains }) => trains === "nothing");
/** Alpha chooses what is sampled by line 3 alone, and where half of the operations are. */
const alphaIsIdle = strategyHas(({ trains, plans }) => trains === "nothing" || plans);
const warmupAlone = strategyHas(({ trains }) => trains === "warm-up");

export const searchRules: readonly Rule[] = [
  where(
    ["network.partial", "network.channels"],
    "self.network.channels % self.network.partial == 0",
    "takes a divisor of network.channels",
  ),
  where(
    ["data.imageSize"],
    "self.data.imageSize % 4 == 0",
    "takes 0 or a multiple of 4: every reduction halves the image",
  ),
  where(
    ["data.imageSize", "network.stem"],
    "self.network.stem != 'imagenet' || self.data.imageSize % 32 == 0",
    "takes 0 or a multiple of 32 with network.stem imagenet",
  ),
  where(
    ["data.cutout", "data.imageSize"],
    "self.data.imageSize == 0 || self.data.cutout <= self.data.imageSize",
    "takes at most data.imageSize",
  ),
  ...(["data", "train"] as const).map((section) =>
    where(
      [`${section}.cropPadding`, `${section}.cropArea`],
      `self.${section}.cropPadding == 0 || double(self.${section}.cropArea) == 0.0`,
      `takes 0 with ${section}.cropArea: an image is cropped in one way`,
    ),
  ),
  where(
    ["data.reductionImages", "data.limit"],
    `(${noSamples} || self.data.limit == 0 || self.data.reductionImages <= self.data.limit)`,
    "takes at most data.limit: samples are evaluated on the images that it leaves",
  ),
  where(
    ["reduction.untrained"],
    `(self.reduction.untrained == 0 || !has(self.strategy) || self.strategy == 'posterior')`,
    "takes 0 with another strategy than posterior",
  ),
  where(
    ["warmup.batch", "data.limit"],
    `(${trainsNothing} || self.data.limit == 0 || self.warmup.batch * 2 <= self.data.limit)`,
    "takes at most half of data.limit: half of the images train the weights, and a batch must fit",
  ),
  where(
    ["reduction.batch", "data.limit"],
    `(${noSamples} || self.data.limit == 0 || self.reduction.batch * 2 <= self.data.limit)`,
    "takes at most half of data.limit: half of the images train the weights, and a batch must fit",
  ),
  where(
    ["weights.leastRate", "weights.rate"],
    "double(self.weights.leastRate) <= double(self.weights.rate)",
    "takes at most weights.rate: the rate falls from one to the other",
  ),
  where(
    ["warmup.strengthsFrom", "warmup.epochs"],
    "self.warmup.strengthsFrom <= self.warmup.epochs",
    "takes at most warmup.epochs",
  ),
  where(
    ["warmup.epochs"],
    `(${trainsNothing} || self.warmup.epochs >= 1)`,
    "takes at least 1, except with strategy random: the first sample starts from the weights of the warm-up",
  ),
  where(
    ["warmup.strengthsFrom", "warmup.epochs"],
    `(${alphaIsIdle} || (has(self.sample) && self.sample == 'all' && !${warmupAlone}) || self.warmup.strengthsFrom < self.warmup.epochs)`,
    "takes less than warmup.epochs wherever alpha decides: with strategy pc-darts, and with sample half",
  ),
  where(
    ["supernet"],
    `(${alphaIsIdle} || (has(self.sample) && self.sample == 'all' && !${warmupAlone}) || self.supernet == 'mixture')`,
    "takes mixture wherever alpha decides, since paths train no strengths: with strategy pc-darts, and with sample half",
  ),
];

/** A search is opened once, with one spec: what it is asked cannot change, only where it runs and whether. */
export const frozen = (fields: readonly string[]): readonly Rule[] =>
  fields.map((field) => ({
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `cannot be changed, for the search is opened with it; apply it under another metadata.name for another search`,
    fieldPath: `.${field}`,
  }));
