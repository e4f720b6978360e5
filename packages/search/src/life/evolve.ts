import { noLikelihoods } from "../algorithm/likelihood.js";
import { likelihoodsOf, narrow } from "../algorithm/reduce.js";
import type { End, Fact, FactOf } from "../facts/facts.js";
import { checkFits } from "../facts/fits.js";
import { subjectOf } from "../facts/keys.js";
import type { PassId } from "../facts/round-facts.js";
import { evolveModels, startModels } from "../models/model-progress.js";
import { fullSpace } from "../space/space.js";
import { completeSpec } from "../spec/complete-spec.js";
import { spaceOf } from "../spec/space-of.js";
import { traitsOf } from "../spec/strategies.js";
import { type Job, planJobs, planMerges, sameJob } from "./plan.js";
import { repeatedBy } from "./repeated-by.js";
import { type JobProgress, type MergeProgress, passOf, type Round, type Search } from "./search.js";

/**
 * The whole life of a search, by kind of fact. Nothing else changes state. A fact that does not apply, because it was folded
 * before or belongs elsewhere, gives the same search back; within a pass the order of facts makes no difference.
 * @throws InvalidInput for a fact of edges or operations that the space of the search has not
 * @example
 * ```ts
 * import { evolve, parseSpec, start } from "@bnas/search";
 *
 * const opened = evolve(start("a"), { kind: "search.opened", spec: parseSpec({ preset: "smoke" }) });
 * opened.paused; // => false
 * evolve(opened, { kind: "search.paused", control: 1 }).paused; // => true
 * ```
 */
export const evolve = (search: Search, fact: Fact): Search => {
  if (fact.kind === "search.opened") return open(search, fact);
  if (search.spec === undefined) return search;
  checkFits(spaceOf(search.spec), fact, () => [subjectOf(search.id, fact)]);
  switch (fact.kind) {
    case "epoch.requested":
      return work(search, { ...fact, kind: "epoch" }, (before) =>
        before.requested ? before : { ...before, requested: true },
      );
    case "epoch.trained":
      return strengthen(train(search, { ...fact, kind: "epoch" }, fact), fact);
    case "round.opened":
      return openRound(search, fact);
    case "untrained.requested":
      return inRound(search, fact.round, (round) =>
        round.untrained === undefined
          ? { ...round, untrained: { networks: fact.networks, evaluated: undefined } }
          : round,
      );
    case "untrained.evaluated":
      return evaluateUntrained(search, fact);
    case "pass.planned":
      return plan(search, fact);
    case "sample.requested":
      return work(search, { ...fact, kind: "sample" }, (before) =>
        before.requested ? before : { ...before, requested: true, network: fact.network },
      );
    case "sample.trained":
      return train(search, { ...fact, kind: "sample" }, fact);
    case "sample.evaluated":
      return work(search, { ...fact, kind: "sample" }, (before) => {
        const { correct, total, parent, seconds } = fact;
        const twin = parent === undefined ? {} : { parent };
        return before.evaluated === undefined ? { ...before, evaluated: { correct, total, ...twin, seconds } } : before;
      });
    case "pass.merge.requested":
      return merge(search, fact, (before) => (before.requested ? before : { ...before, requested: true }));
    case "pass.merged":
      return merge(search, fact, (before) =>
        before.checkpoint === undefined ? { ...before, checkpoint: fact.checkpoint } : before,
      );
    case "round.scored":
      return inRound(search, fact.round, (round) =>
        round.scores === undefined ? { ...round, scores: fact.scores } : round,
      );
    case "round.reduced":
      return reduce(search, fact);
    case "genotype.derived":
      return search.answer === undefined ? { ...search, answer: answerOf(fact) } : search;
    case "model.epoch.requested":
    case "model.epoch.trained":
    case "model.epoch.evaluated": {
      const models = evolveModels(search.models, fact);
      return models === search.models ? search : { ...search, models };
    }
    case "job.repeat":
      return askAgain(search, fact);
    case "job.repeated":
      return search.repeats.some(({ repeat }) => repeat === fact.repeat)
        ? { ...search, repeats: search.repeats.filter(({ repeat }) => repeat !== fact.repeat) }
        : search;
    case "search.paused":
    case "search.resumed":
      return control(search, fact);
    case "search.finished":
    case "search.failed":
    case "search.cancelled":
      return end(search, fact);
    case "data.described":
    case "search.archived":
    case "search.deleted":
      // They say what the data are and where the facts are, not what happened.
      return search;
  }
};

const open = (search: Search, fact: FactOf<"search.opened">): Search => {
  if (search.spec !== undefined) return search;
  const spec = completeSpec(fact.spec);
  const planned = planJobs(spec).map(
    (job): JobProgress => ({ job, requested: false, network: undefined, trained: undefined, evaluated: undefined }),
  );
  const merges = planMerges(spec).map((id): MergeProgress => ({ ...id, requested: false, checkpoint: undefined }));
  const candidates = fullSpace(spaceOf(spec));
  const likelihoods = noLikelihoods(candidates);
  const models = startModels(spec);
  return { ...search, spec, candidates, likelihoods, work: planned, merges, models, jobs: planned.length };
};

/** The search with one job more that is done again. What no service answers asks for nothing. */
const askAgain = (search: Search, { repeat, answer }: FactOf<"job.repeat">): Search => {
  const by = repeatedBy(search.id, answer);
  if (by === undefined || search.repeats.some((one) => one.repeat === repeat)) return search;
  return { ...search, repeats: [...search.repeats, { repeat, answer, by }] };
};

const answerOf = ({ genotype, by }: FactOf<"genotype.derived">) => ({ genotype, ...(by === undefined ? {} : { by }) });

/** The search with one job further. A job that is not planned, or of a round that is not open, is not this search's. */
const work = (search: Search, job: Job, further: (before: JobProgress) => JobProgress): Search => {
  const place = search.work.findIndex((one) => sameJob(one.job, job));
  const before = search.work[place];
  if (before === undefined || (job.kind === "sample" && job.round > search.rounds.length)) return search;
  const after = further(before);
  return after === before ? search : { ...search, work: search.work.with(place, after) };
};

const train = (search: Search, job: Job, fact: FactOf<"epoch.trained"> | FactOf<"sample.trained">): Search => {
  const { checkpoint, loss, images, seconds } = fact;
  const after = work(search, job, (before) =>
    before.trained === undefined ? { ...before, trained: { checkpoint, loss, images, seconds } } : before,
  );
  return after === search ? search : { ...after, jobsDone: after.jobsDone + 1 };
};

/** The search with one merge further. One that is not planned, or of a round that is not open, is not this search's. */
const merge = (search: Search, { round, pass }: PassId, further: (before: MergeProgress) => MergeProgress): Search => {
  const place = search.merges.findIndex((one) => one.round === round && one.pass === pass);
  const before = search.merges[place];
  if (before === undefined || round > search.rounds.length) return search;
  const after = further(before);
  return after === before ? search : { ...search, merges: search.merges.with(place, after) };
};

/** The strengths of the supernet's last epoch are those that hold. */
const strengthen = (search: Search, fact: FactOf<"epoch.trained">): Search => {
  const job = search.work.findIndex((one) => sameJob(one.job, { ...fact, kind: "epoch" }));
  if (job <= (search.strengths?.job ?? -1)) return search;
  return { ...search, strengths: { job, alpha: fact.alpha, beta: fact.beta } };
};

/** The search with a planned pass. One that is not asked for, has another number of samples, or is planned already changes nothing. */
const plan = (search: Search, { round, pass, networks }: FactOf<"pass.planned">): Search => {
  const known = search.plans.some((one) => one.round === round && one.pass === pass);
  const samples = passOf(search, { round, pass }).length;
  if (known || samples !== networks.length || round > search.rounds.length) return search;
  return { ...search, plans: [...search.plans, { round, pass, networks }] };
};

const openRound = (search: Search, { round, small }: FactOf<"round.opened">): Search => {
  const last = search.rounds.at(-1);
  if (round !== search.rounds.length + 1 || (last !== undefined && last.abandoned === undefined)) return search;
  const samples = search.work.filter(
    ({ job }) => job.kind === "sample" && job.round === round && job.pass === 1,
  ).length;
  // A round that is not planned, or one whose passes would have other samples than planned.
  const planned = search.spec !== undefined && traitsOf(search.spec.strategy).plans;
  const drawn = Object.values(small).flat();
  if (samples === 0 || (!planned && drawn.some((operations) => operations.length !== samples))) return search;
  const opened: Round = {
    round,
    candidates: search.candidates,
    small,
    alpha: search.strengths?.alpha,
    untrained: undefined,
    scores: undefined,
    likelihoods: undefined,
    abandoned: undefined,
  };
  return { ...search, rounds: [...search.rounds, opened] };
};

/** The search with its open round further. */
const inRound = (search: Search, number: number, further: (round: Round) => Round): Search => {
  const last = search.rounds.at(-1);
  if (last?.round !== number || last.abandoned !== undefined) return search;
  const after = further(last);
  return after === last ? search : { ...search, rounds: [...search.rounds.slice(0, -1), after] };
};

/** The search with the answers of the networks of its open round that are not trained. Answers of another number of networks are no answers. */
const evaluateUntrained = (search: Search, { round, correct, total }: FactOf<"untrained.evaluated">): Search =>
  inRound(search, round, (last) => {
    const { untrained } = last;
    if (untrained?.networks.length !== correct.length || untrained.evaluated !== undefined) return last;
    return { ...last, untrained: { ...untrained, evaluated: { correct, total } } };
  });

const reduce = (search: Search, { round, likelihoods, abandoned }: FactOf<"round.reduced">): Search => {
  const after = inRound(search, round, (last) =>
    last.scores === undefined ? last : { ...last, likelihoods, abandoned },
  );
  if (after === search) return search;
  const candidates = narrow(search.candidates, abandoned);
  return { ...after, candidates, likelihoods: likelihoodsOf(candidates, likelihoods) };
};

const control = (search: Search, fact: FactOf<"search.paused"> | FactOf<"search.resumed">): Search =>
  fact.control <= search.control ? search : { ...search, control: fact.control, paused: fact.kind === "search.paused" };

const end = (search: Search, fact: End): Search => (search.ended === undefined ? { ...search, ended: fact } : search);
