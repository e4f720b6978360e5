import { failSearch, type Work } from "@bnas/jobs";
import { type FactLog, openedSpec } from "@bnas/log";
import type { TaskThread } from "@bnas/process";
import { Split } from "@bnas/proto";
import {
  isRequestTo,
  type Network,
  patternsOf,
  record,
  requestKindsTo,
  resultSubject,
  type SampleId,
  searchIdOf,
  subjectOf,
} from "@bnas/search";
import type { Logger } from "@bnas/telemetry";
import type { EvaluatorThread } from "./thread.js";

/** The evaluator's work: every trained sample, answered by `evaluated` (Algorithm 1, line 8). */
export const evaluationWork = (options: {
  readonly log: FactLog;
  readonly thread: TaskThread<EvaluatorThread>;
  readonly clock: () => Date;
  readonly logger: Logger;
}): Work => ({
  name: "evaluator",
  pattern: patternsOf(requestKindsTo("evaluator")),

  result: ({ subject, fact }) => (isRequestTo("evaluator", fact) ? resultSubject(searchIdOf(subject), fact) : null),

  async handle({ subject, fact }, job) {
    if (!isRequestTo("evaluator", fact)) return;
    const searchId = searchIdOf(subject);
    const { round, pass, sample, checkpoint } = fact;
    const begun = options.clock();
    const { correct, total } = await options.thread.call(
      "evaluate",
      {
        spec: await openedSpec(options.log, searchId),
        network: await requestedNetwork(options.log, searchId, { round, pass, sample }),
        checkpoint,
        split: Split.SPLIT_REDUCTION,
      },
      { signal: job.signal },
    );
    const seconds = (options.clock().getTime() - begun.getTime()) / 1000;
    await options.log.append(
      record(
        searchId,
        { kind: "sample.evaluated", round, pass, sample, correct, total, seconds },
        "evaluator",
        options.clock().toISOString(),
      ),
    );
    options.logger.info({ search: searchId, round, pass, sample, correct, total, seconds }, "evaluated");
  },

  failed: (stored, error) => failSearch(options, "evaluator", stored, error),
});

/** The network that a sample is: the request names it. */
const requestedNetwork = async (log: FactLog, searchId: string, sample: SampleId): Promise<Network> => {
  const subject = subjectOf(searchId, { kind: "sample.requested", ...sample });
  const [requested] = await log.read(subject);
  if (requested?.fact.kind !== "sample.requested") {
    throw new Error(`${subject} is missing: the log has lost a fact; restore it from the exported facts`);
  }
  return requested.fact.network;
};
