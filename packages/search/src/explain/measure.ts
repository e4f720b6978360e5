import type { StrategyName } from "../spec/strategies.js";

/**
 * What a strategy compares operations by, which facts call scores and likelihoods. `likelihood`: s of line 12. `worth`: the mean of the
 * best networks that hold an operation, as the estimate sees them: normal scores of accuracies, which may be below 0. `upper bound`: an
 * upper confidence bound of the mean accuracy.
 */
export type Measure = "likelihood" | "worth" | "upper bound";

/** What the scores of a strategy are made of: the accuracy of samples, or z of CP-NAS, which has the full-precision twin's in it. */
export const evidenceNameOf = (strategy: StrategyName): "accuracy" | "z" => (strategy === "cp-nas" ? "z" : "accuracy");

/** What a strategy compares operations by. One that abandons nothing compares none. */
export const measureOf = (strategy: StrategyName): Measure => {
  switch (strategy) {
    case "posterior":
      return "worth";
    case "bnas-ucb":
      return "upper bound";
    default:
      return "likelihood";
  }
};
