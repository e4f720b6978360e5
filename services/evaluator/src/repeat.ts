import type { Work } from "@bnas/jobs";
import type { FactLog } from "@bnas/log";
import type { TaskThread } from "@bnas/process";
import type { CheckpointRef } from "@bnas/search";
import { askingForLost, repeatWork } from "@bnas/searches";
import type { Logger } from "@bnas/telemetry";
import { evaluationWork } from "./facts.js";
import { scoringWork } from "./score-round.js";
import type { EvaluatorThread } from "./thread.js";

/** All that an evaluator takes: evaluations, scores, and jobs of both that are done again. */
export const evaluatorWork = (mesh: {
  readonly log: FactLog;
  readonly thread: TaskThread<EvaluatorThread>;
  readonly clock: () => Date;
  readonly logger: Logger;
}): readonly Work[] => {
  const { log, thread, clock } = mesh;
  const lossOf = (checkpoint: CheckpointRef) =>
    thread.call("lossOf", checkpoint, { signal: new AbortController().signal });
  const evaluating = askingForLost(evaluationWork(mesh), { log, clock, writer: "evaluator", lossOf });
  const scoring = scoringWork(mesh);
  const again = { ...mesh, name: "reevaluator", writer: "evaluator", work: [evaluating, scoring] } as const;
  return [evaluating, scoring, repeatWork(again)];
};
