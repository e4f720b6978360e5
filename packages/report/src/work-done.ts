import type { Recorded, Variant } from "@bnas/search";
import type { WorkDone } from "./summary.js";

/**
 * Seconds of jobs by what they were for, the search first. Jobs run side by side, so they are more than the wall time where there are
 * several workers.
 * @param facts each once
 */
export const workDone = (facts: readonly Recorded[]): readonly WorkDone[] => {
  const variants = new Map<number, Variant>();
  for (const { fact } of facts) if (fact.kind === "model.epoch.requested") variants.set(fact.model, fact.variant);
  const sums = new Map<WorkDone["of"], { training: number; evaluation: number }>();
  const add = (of: WorkDone["of"], part: "training" | "evaluation", seconds: number): void => {
    const sum = sums.get(of) ?? { training: 0, evaluation: 0 };
    sum[part] += seconds;
    sums.set(of, sum);
  };
  for (const { fact } of facts) {
    switch (fact.kind) {
      case "epoch.trained":
      case "sample.trained":
      case "pass.merged":
        add("search", "training", fact.seconds);
        break;
      case "sample.evaluated":
        add("search", "evaluation", fact.seconds);
        break;
      case "model.epoch.trained":
        add(variants.get(fact.model) ?? "answer", "training", fact.seconds);
        break;
      case "model.epoch.evaluated":
        add(variants.get(fact.model) ?? "answer", "evaluation", fact.seconds);
        break;
    }
  }
  const networks = (of: WorkDone["of"]): number => [...variants.values()].filter((variant) => variant === of).length;
  return ORDER.flatMap((of) => {
    const sum = sums.get(of);
    return sum === undefined ? [] : [{ of, networks: networks(of), ...sum }];
  });
};

const ORDER: readonly WorkDone["of"][] = ["search", "answer", "random", "full-precision", "published"];
