import { jobsOpen, type Search } from "@bnas/search";
import type { Attributes } from "@bnas/telemetry";

/** Jobs that are asked for and not answered yet, by who answers them: what a cluster needs to know how many workers to run. */
export const queueDepth = (
  searches: readonly Search[],
): readonly { readonly value: number; readonly attributes: Attributes }[] => {
  const live = searches.filter(({ ended }) => ended === undefined);
  const work = live.flatMap(({ work }) => work);
  const training = live.reduce((sum, search) => sum + jobsOpen(search), 0);
  const again = live.flatMap(({ repeats }) => repeats.filter(({ by }) => by === "evaluator")).length;
  const evaluating = work.filter(
    ({ job, trained, evaluated }) => job.kind === "sample" && trained !== undefined && evaluated === undefined,
  ).length;
  return [
    { value: training, attributes: { "bnas.worker": "trainer" } },
    { value: evaluating + again, attributes: { "bnas.worker": "evaluator" } },
  ];
};
