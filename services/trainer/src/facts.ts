import { type FactLog, failSearch, type Logger, openedSpec, type TaskThread, type Work } from "@bnas/mesh";
import { type Fact, record, resultSubject, searchIdOf } from "@bnas/search";
import type { JobInHand } from "./job-in-hand.js";
import type { ThreadResult, ThreadTask } from "./thread.js";
import type { TrainStep } from "./train-job.js";

/** The trainer's work: every request for training, answered by `trained`, shared by all trainers. */
export const trainingWork = (options: {
  readonly log: FactLog;
  readonly thread: TaskThread<ThreadTask, ThreadResult, TrainStep>;
  readonly inHand: JobInHand;
  readonly clock: () => Date;
  readonly logger: Logger;
}): Work => ({
  name: "trainer",
  pattern: "bnas.search.>",

  result: ({ subject, fact }) =>
    fact.kind === "epoch.requested" || fact.kind === "sample.requested"
      ? resultSubject(searchIdOf(subject), fact)
      : null,

  async handle(stored, job) {
    const { fact } = stored;
    if (fact.kind !== "epoch.requested" && fact.kind !== "sample.requested") return;
    const searchId = searchIdOf(stored.subject);
    const spec = await openedSpec(options.log, searchId);
    options.inHand.begin(searchId, stored.subject);
    try {
      const trained = await options.thread.run(
        { spec, fact },
        {
          signal: job.signal,
          onStep: (step) => {
            job.working();
            options.inHand.step(step);
          },
        },
      );
      if (!("kind" in trained)) throw new Error("the tensor thread answered a training job by something else");
      await options.log.append(record(searchId, answer(fact, trained), "trainer", options.clock().toISOString()));
      options.inHand.done(trained.images);
      options.logger.info(
        {
          search: searchId,
          subject: stored.subject,
          loss: trained.loss,
          images: trained.images,
          seconds: trained.seconds,
        },
        "trained",
      );
    } finally {
      options.inHand.end();
    }
  },

  failed: (stored, error) => failSearch(options, "trainer", stored, error),
});

/** The fact that answers a request: what was trained, under the name of the request. */
const answer = (
  request: Extract<Fact, { kind: "epoch.requested" | "sample.requested" }>,
  trained: Extract<ThreadResult, { kind: string }>,
): Fact => {
  if (request.kind === "sample.requested" && trained.kind === "sample.trained") {
    const { round, pass, sample } = request;
    return { ...trained, round, pass, sample };
  }
  if (request.kind === "epoch.requested" && trained.kind === "epoch.trained") {
    return request.stage === "warmup"
      ? { ...trained, stage: "warmup", epoch: request.epoch }
      : { ...trained, stage: "settle", round: request.round, epoch: request.epoch };
  }
  throw new Error(`a ${request.kind} was answered by a ${trained.kind}`);
};
