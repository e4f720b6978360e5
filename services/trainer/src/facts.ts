import { failSearch, type Work } from "@bnas/jobs";
import { type FactLog, openedSpec } from "@bnas/log";
import type { TaskThread } from "@bnas/process";
import {
  type Fact,
  isRequestTo,
  patternsOf,
  type RequestTo,
  record,
  requestKindsTo,
  resultSubject,
  searchIdOf,
} from "@bnas/search";
import type { Logger } from "@bnas/telemetry";
import type { JobInHand } from "./job-in-hand.js";
import type { ThreadResult, ThreadTask } from "./thread.js";
import type { TrainStep } from "./train-job.js";

/** What a trainer is asked for: an epoch of the supernet, one of a sampled network, or to merge the samples of a pass. */
type Request = RequestTo<"trainer">;

/**
 * The trainer's work: every request for training, answered by `trained` or `merged`, shared by all trainers. One that is there
 * for a search takes its requests alone; a search that is `dedicated` is left to those.
 */
export const trainingWork = (options: {
  readonly search?: string | undefined;
  readonly log: FactLog;
  readonly thread: TaskThread<ThreadTask, ThreadResult, TrainStep>;
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
    const task = fact.kind === "pass.merge.requested" ? { merge: fact } : { spec, fact };
    options.inHand.begin(search, subject);
    try {
      const result = await options.thread.run(task, {
        signal: job.signal,
        onStep: (step) => {
          job.working();
          options.inHand.step(step);
        },
      });
      if (!("kind" in result)) throw new Error("the tensor thread answered a job by something else");
      await options.log.append(record(search, answer(fact, result), "trainer", options.clock().toISOString()));
      const { seconds } = result;
      if (result.kind === "pass.merged") {
        options.logger.info({ search, subject, seconds }, "merged");
        return;
      }
      const { loss, images } = result;
      options.inHand.done(images);
      options.logger.info({ search, subject, loss, images, seconds }, "trained");
    } finally {
      options.inHand.end();
    }
  },

  failed: (stored, error) => failSearch(options, "trainer", stored, error),
});

/** The fact that answers a request: what was done, under the name of the request. */
const answer = (request: Request, done: Extract<ThreadResult, { kind: string }>): Fact => {
  if (request.kind === "sample.requested" && done.kind === "sample.trained") {
    const { round, pass, sample } = request;
    return { ...done, round, pass, sample };
  }
  if (request.kind === "pass.merge.requested" && done.kind === "pass.merged") {
    const { round, pass } = request;
    return { ...done, round, pass };
  }
  if (request.kind === "epoch.requested" && done.kind === "epoch.trained") {
    return request.stage === "warmup"
      ? { ...done, stage: "warmup", epoch: request.epoch }
      : { ...done, stage: "settle", round: request.round, epoch: request.epoch };
  }
  throw new Error(`a ${request.kind} was answered by a ${done.kind}`);
};
