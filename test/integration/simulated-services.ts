import type { Work } from "@bnas/jobs";
import { factHash } from "@bnas/log";
import { type JetStream, type JetStreamOptions, openJetStream } from "@bnas/nats";
import {
  type Fact,
  isRequestTo,
  parseSpec,
  patternsOf,
  record,
  requestKindsTo,
  resultSubject,
  searchIdOf,
  stream,
  subjectOf,
} from "@bnas/search";
import { repeatWork } from "@bnas/searches";
import { silentLogger } from "@bnas/telemetry";
import { simulatedAnswer } from "@bnas/testing";
import { scoringWork } from "../../services/evaluator/src/score-round.js";
import { followSearches } from "../../services/pruner/src/deciding/follow-searches.js";
import { Searches } from "../../services/pruner/src/deciding/searches.js";

const clock = () => new Date("2026-01-02T03:04:05.000Z");
export const spec = parseSpec({ preset: "smoke", warmup: { epochs: 1 } });

/** Work of a service whose tensors are drawn: what it answers follows from the seed of the search and the number of the job. */
const working = (
  { log }: JetStream,
  name: "trainer" | "evaluator",
  answer: (fact: Fact, seed: number) => Fact | undefined,
  allowed: () => Promise<void> = async () => {},
): Work => ({
  name,
  pattern: patternsOf(requestKindsTo(name)),
  result: ({ subject, fact }) => resultSubject(searchIdOf(subject), fact),
  async handle(stored) {
    await allowed();
    const { subject, fact } = stored;
    const search = searchIdOf(subject);
    const [opened] = await log.read(subjectOf(search, { kind: "search.opened" }));
    const answered = opened?.fact.kind === "search.opened" ? answer(fact, opened.fact.spec.seed) : undefined;
    if (answered === undefined) return;
    // The cast: every answer may say what it answers.
    const proved = {
      ...answered,
      request: factHash(stored),
      ...(isRequestTo("trainer", fact) ? { from: fact.from } : {}),
    } as Fact;
    await log.append(record(search, proved, name, clock().toISOString()));
  },
  failed: async (_, error) => {
    throw error;
  },
});

const evaluate = (fact: Fact, seed: number): Fact | undefined => {
  if (fact.kind !== "sample.trained") return undefined;
  const { round, pass, sample } = fact;
  const correct = stream(seed, "accuracy", round, pass, sample).below(101);
  return { kind: "sample.evaluated", round, pass, sample, correct, total: 100, seconds: 0.1 };
};

/** A pruner, a trainer and an evaluator on NATS, in this process, each with a connection of its own; only their tensors are drawn. */
export const startSimulatedServices = async (options: {
  readonly pruner: JetStreamOptions;
  readonly workers: JetStreamOptions;
  /** Of the evaluator, where it has a user of its own. */
  readonly evaluator?: JetStreamOptions;
  /** What a trainer waits for before it answers. */
  readonly allowed?: () => Promise<void>;
}) => {
  const [pruner, trainer, evaluator] = [
    await openJetStream(options.pruner),
    await openJetStream(options.workers),
    await openJetStream(options.evaluator ?? options.workers),
  ];
  const stopping = new AbortController();
  const { signal } = stopping;
  const searches = await Searches.open(pruner.log, undefined, pruner.quarantine);
  const training = working(trainer, "trainer", (fact, seed) => simulatedAnswer({ seed }, fact), options.allowed);
  const evaluating = working(evaluator, "evaluator", evaluate);
  const scoring = scoringWork({ log: evaluator.log, clock, logger: silentLogger });
  const tools = { clock, logger: silentLogger };
  const running = Promise.all([
    followSearches(searches, { writer: "pruner", clock, signal }),
    trainer.jobs.work(training, signal),
    trainer.jobs.work(
      repeatWork({ ...tools, name: "retrainer", writer: "trainer", work: [training], log: trainer.log }),
      signal,
    ),
    evaluator.jobs.work(evaluating, signal),
    evaluator.jobs.work(scoring, signal),
    evaluator.jobs.work(
      repeatWork({
        ...tools,
        name: "reevaluator",
        writer: "evaluator",
        work: [evaluating, scoring],
        log: evaluator.log,
      }),
      signal,
    ),
  ]);
  // A test that waits for a search must not wait for services that have ended.
  const ended = running.then(() => {
    throw new Error("the services have stopped");
  });
  ended.catch(() => {});
  return {
    pruner,
    trainer,
    evaluator,
    searches,
    open: (search: string, seed: number, proof: { readonly proof?: 1 } = {}) =>
      pruner.log.append(
        record(search, { kind: "search.opened", spec: { ...spec, seed }, ...proof }, "pruner", clock().toISOString()),
      ),
    /** The fact that ends a search. Rejects when a service ends before. */
    async end(search: string): Promise<Fact> {
      const found = (async () => {
        for await (const { fact } of pruner.log.watch(`bnas.search.${search}.*`, { signal })) {
          if (["search.finished", "search.failed", "search.cancelled"].includes(fact.kind)) return fact;
        }
        throw new Error("the watch has ended");
      })();
      return Promise.race([found, ended]);
    },
    async stop(): Promise<void> {
      stopping.abort();
      await running;
      for (const { log } of [pruner, trainer, evaluator]) await log.close();
    },
  };
};
