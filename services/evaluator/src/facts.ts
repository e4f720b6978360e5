import { failSearch, type Work } from "@bnas/jobs";
import { type FactLog, factHash, openedSpec, type Stored } from "@bnas/log";
import type { TaskThread } from "@bnas/process";
import { Split } from "@bnas/proto";
import {
  binarizeOf,
  type Fact,
  type FactOf,
  isRequestTo,
  patternsOf,
  type RequestTo,
  record,
  requestKindsTo,
  requestOf,
  resultSubject,
  type Spec,
  searchIdOf,
  subjectOf,
  traitsOf,
} from "@bnas/search";
import type { Logger } from "@bnas/telemetry";
import type { EvaluatorThread } from "./thread.js";

/** The evaluator's work: every trained sample (Algorithm 1, line 8) and every trained epoch of a model, answered by `evaluated`. */
export const evaluationWork = ({
  // A wall clock may be set back while a sample is evaluated.
  ticks = () => performance.now(),
  ...options
}: {
  readonly log: FactLog;
  readonly thread: TaskThread<EvaluatorThread>;
  readonly clock: () => Date;
  /** Milliseconds, which only rise: how long an evaluation takes. */
  readonly ticks?: () => number;
  readonly logger: Logger;
}): Work => ({
  name: "evaluator",
  pattern: patternsOf(requestKindsTo("evaluator")),

  result: ({ subject, fact }) => (isRequestTo("evaluator", fact) ? resultSubject(searchIdOf(subject), fact) : null),

  async handle(stored, job) {
    const { subject, fact } = stored;
    if (!isRequestTo("evaluator", fact)) return;
    const searchId = searchIdOf(subject);
    // What no trainer was asked for is none: the pruner removes it, and the right one comes after it.
    if (!(await answersItsRequest(options.log, stored))) return;
    const begun = ticks();
    const seconds = () => Math.round(ticks() - begun) / 1000;
    const answer = await evaluatedAnswer(options, searchId, fact, job.signal, seconds);
    const answering = { ...answer, request: factHash(stored) };
    await options.log.append(record(searchId, answering, "evaluator", options.clock().toISOString()));
    const { madeBy: _, ...counted } = answer;
    options.logger.info({ search: searchId, ...counted }, "evaluated");
  },

  failed: (stored, error) => failSearch(options, "evaluator", stored, error),
});

/** What it answers. */
export type EvaluatorAnswer = FactOf<"sample.evaluated" | "untrained.evaluated" | "model.epoch.evaluated">;

/** Evaluate what a request asks for. */
export const evaluatedAnswer = async (
  { log, thread }: { readonly log: Pick<FactLog, "read">; readonly thread: TaskThread<EvaluatorThread> },
  searchId: string,
  fact: RequestTo<"evaluator">,
  signal: AbortSignal,
  seconds: () => number,
): Promise<EvaluatorAnswer> => {
  const spec = await openedSpec(log, searchId);
  if (fact.kind === "untrained.requested") {
    const { round, networks, from: checkpoint } = fact;
    const task = { spec, networks, checkpoint, split: Split.SPLIT_REDUCTION };
    const { result, madeBy } = await thread.call("untrained", task, { signal });
    return { kind: "untrained.evaluated", round, ...result, seconds: seconds(), madeBy };
  }
  const { checkpoint } = fact;
  const requested = await requestBefore(log, searchId, fact);
  if (fact.kind === "sample.trained" && requested?.kind === "sample.requested") {
    const { round, pass, sample } = fact;
    const task = { spec, network: requested.network, checkpoint, split: Split.SPLIT_REDUCTION };
    const evaluate = (binarize: Spec["binarize"]) =>
      thread.call("evaluate", { ...task, spec: { ...spec, binarize } }, { signal });
    const {
      result: { correct, total },
      madeBy,
    } = await evaluate(spec.binarize);
    // The twin: the same weights on the same images, as they are.
    const twin = traitsOf(spec.strategy).twins === true ? { parent: (await evaluate("none")).result.correct } : {};
    return { kind: "sample.evaluated", round, pass, sample, correct, total, ...twin, seconds: seconds(), madeBy };
  }
  if (fact.kind === "model.epoch.trained" && requested?.kind === "model.epoch.requested") {
    const { model, epoch } = fact;
    const { genotype, variant } = requested;
    const task = { spec, genotype, binarize: binarizeOf(spec, variant), checkpoint, split: Split.SPLIT_TEST };
    const { result, madeBy } = await thread.call("model", task, { signal });
    const { correct, images: total, loss } = result;
    return { kind: "model.epoch.evaluated", model, epoch, correct, total, loss, seconds: seconds(), madeBy };
  }
  const subject = subjectOf(searchId, fact);
  throw new Error(
    `the request before ${subject} is missing: the log has lost a fact; restore it from the exported facts`,
  );
};

/** Whether what a trainer wrote answers what it was asked, as far as facts say. Of a search that is not proved it does. */
const answersItsRequest = async (log: Pick<FactLog, "read">, { subject, fact }: Stored): Promise<boolean> => {
  const key = requestOf(fact);
  if (key === undefined) return true;
  const searchId = searchIdOf(subject);
  const [opened] = await log.read(subjectOf(searchId, { kind: "search.opened" }));
  if (opened?.fact.kind !== "search.opened") return false;
  if (opened.fact.proof !== 1) return true;
  const [request] = await log.read(subjectOf(searchId, key));
  return request !== undefined && "request" in fact && fact.request === factHash(request);
};

/** What the trainer was asked for: it names the network. */
const requestBefore = async (log: Pick<FactLog, "read">, searchId: string, fact: Fact): Promise<Fact | undefined> => {
  const key = requestOf(fact);
  if (key === undefined) return undefined;
  const [requested] = await log.read(subjectOf(searchId, key));
  return requested?.fact;
};
