import { failSearch, type Work } from "@bnas/jobs";
import { type FactLog, factHash, openedSpec } from "@bnas/log";
import type { TaskThread } from "@bnas/process";
import {
  type FactOf,
  isRequestTo,
  patternsOf,
  type RequestTo,
  record,
  requestKindsTo,
  resultSubject,
  type Spec,
  searchIdOf,
} from "@bnas/search";
import type { Logger } from "@bnas/telemetry";
import type { JobInHand } from "./job-in-hand.js";
import type { TrainerThread } from "./thread.js";
import type { TrainStep } from "./train-job.js";

/** What a trainer is asked for: an epoch of the supernet, of a sampled or of a derived network, or to merge the samples of a pass. */
type Request = RequestTo<"trainer">;

/**
 * The trainer's work: every request for training, answered by `trained` or `merged`, shared by all trainers. One that is there
 * for a search takes its requests alone; a search that is `dedicated` is left to those.
 */
export const trainingWork = (options: {
  readonly search?: string | undefined;
  readonly log: FactLog;
  readonly thread: TaskThread<TrainerThread>;
  readonly inHand: JobInHand;
  readonly clock: () => Date;
  readonly logger: Logger;
}): Work => ({
  name: options.search === undefined ? "trainer" : `trainer-${options.search}`,
  pattern: patternsOf(requestKindsTo("trainer"), { search: options.search }),

  result: ({ subject, fact }) => (isRequestTo("trainer", fact) ? resultSubject(searchIdOf(subject), fact) : null),

  async handle(stored, job) {
    const { subject, fact } = stored;
    if (!isRequestTo("trainer", fact)) return;
    const search = searchIdOf(subject);
    const spec = await openedSpec(options.log, search);
    if (spec.dedicated && options.search === undefined) return;
    options.inHand.begin(search, subject);
    try {
      const answer = await trainedAnswer(options.thread, spec, fact, {
        signal: job.signal,
        onStep: (step) => {
          job.working();
          options.inHand.step(step);
        },
      });
      const answering = { ...answer, from: fact.from, request: factHash(stored) };
      await options.log.append(record(search, answering, "trainer", options.clock().toISOString()));
      const { seconds } = answer;
      if (answer.kind === "pass.merged") {
        options.logger.info({ search, subject, seconds }, "merged");
        return;
      }
      const { loss, images } = answer;
      options.inHand.done(images);
      options.logger.info({ search, subject, loss, images, seconds }, "trained");
    } finally {
      options.inHand.end();
    }
  },

  failed: (stored, error) => failSearch(options, "trainer", stored, error),
});

/** What it answers. */
export type TrainerAnswer = FactOf<"epoch.trained" | "sample.trained" | "pass.merged" | "model.epoch.trained">;

/** Do what a request asks for. @returns the fact that answers it: what was done, under the name of the request */
export const trainedAnswer = async (
  thread: TaskThread<TrainerThread>,
  spec: Spec,
  fact: Request,
  options: { readonly signal: AbortSignal; readonly onStep: (step: TrainStep) => void },
): Promise<TrainerAnswer> => {
  switch (fact.kind) {
    case "epoch.requested": {
      const trained = await thread.call("epoch", { spec, fact }, options);
      return fact.stage === "warmup"
        ? { ...trained, stage: "warmup", epoch: fact.epoch }
        : { ...trained, stage: "settle", round: fact.round, epoch: fact.epoch };
    }
    case "sample.requested": {
      const { round, pass, sample } = fact;
      return { ...(await thread.call("sample", { spec, fact }, options)), round, pass, sample };
    }
    case "model.epoch.requested": {
      const { model, epoch } = fact;
      return { ...(await thread.call("model", { spec, fact }, options)), model, epoch };
    }
    case "pass.merge.requested": {
      const { round, pass } = fact;
      return { ...(await thread.call("merge", { merge: fact }, { signal: options.signal })), round, pass };
    }
  }
};
