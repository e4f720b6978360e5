import { genotypeOfStrengths, randomGenotype } from "../algorithm/derive.js";
import { leastLikely, likeliest } from "../algorithm/reduce.js";
import { drawPass, smallest } from "../algorithm/sample.js";
import type { CheckpointRef } from "../facts/fact-parts.js";
import type { Fact } from "../facts/facts.js";
import type { PassId } from "../facts/round-facts.js";
import { modelsDone, nextModelEpochs } from "../models/next-model-epochs.js";
import { nth } from "../nth.js";
import { roundsOf } from "../space/space.js";
import { spaceOf } from "../spec/space-of.js";
import type { Spec } from "../spec/spec.js";
import { traitsOf } from "../spec/strategies.js";
import { derivedAnswer, type Left } from "../strategy/answer.js";
import { drawUntrained } from "../strategy/draw-untrained.js";
import { planPass } from "../strategy/plan-pass.js";
import { likelihoodsAfter, scoreRound } from "../strategy/score-round.js";
import {
  budgetSpent,
  checkpointBefore,
  evaluatedOf,
  evidenceOf,
  passOf,
  type Round,
  type SampleWork,
  type Search,
  samplesOf,
} from "./search.js";

/**
 * The facts that are wanted next and are not there yet, for every service that decides by computation (the pruner, and the
 * evaluator for scores): each appends those of its own, by `writerOf`. A paused or ended search wants nothing.
 * @example
 * ```ts
 * import { decide, evolve, parseSpec, start } from "@bnas/search";
 *
 * decide(start("a")); // => []
 * const opened = evolve(start("a"), { kind: "search.opened", spec: parseSpec({ preset: "smoke" }) });
 * decide(opened).map(({ kind }) => kind); // => ["epoch.requested"]
 * ```
 */
export const decide = (search: Search): readonly Fact[] =>
  search.paused || search.ended !== undefined ? [] : wanted(search);

/** What `decide` gives, whether or not the search is paused or ended: a pause delays decisions and changes none. */
export const wanted = (search: Search): readonly Fact[] => {
  const { spec } = search;
  if (spec === undefined) return [];
  const job = search.work.findIndex(({ trained }) => trained === undefined);
  if (job !== -1 && budgetSpent(search)) return finishEarly(search, spec);
  const next = job === -1 ? conclude(search, spec) : request(search, spec, job);
  return [...score(search, spec), ...merge(search), ...next];
};

/** Lines 9 to 13 for the open round, once all of its samples are evaluated. */
const score = (search: Search, spec: Spec): Fact[] => {
  const open = search.rounds.at(-1);
  if (open === undefined || open.abandoned !== undefined || traitsOf(spec.strategy).trains !== "rounds") return [];
  const { round, candidates, scores } = open;
  const evidence = evidenceOf(search, spec);
  if (scores !== undefined) {
    const likelihoods = likelihoodsAfter(evidence, candidates, search.likelihoods, scores);
    return [{ kind: "round.reduced", round, likelihoods, abandoned: leastLikely(candidates, likelihoods) }];
  }
  if (evaluatedOf(search, round).length < samplesOf(search, round).length) return [];
  return [{ kind: "round.scored", round, scores: scoreRound(evidence, open) }];
};

/** Ask to merge the next pass when all of its samples are trained. Whatever comes after the pass waits for it. */
const merge = (search: Search): Fact[] => {
  const next = search.merges.find(({ requested }) => !requested);
  if (next === undefined) return [];
  const { round, pass } = next;
  const samples = passOf(search, next);
  const from = checkpointBefore(search, search.work.indexOf(nth(samples, 0)));
  const trained = samples.flatMap(({ trained }) => trained ?? []);
  if (!from || trained.length < samples.length) return [];
  const parts = trained.map(({ checkpoint, images }) => ({ checkpoint, images }));
  return [{ kind: "pass.merge.requested", round, pass, from, samples: parts }];
};

/** Ask for the first job that is not trained, if all that it waits for is there; or open the round that it belongs to. */
const request = (search: Search, spec: Spec, place: number): Fact[] => {
  const { job, requested } = nth(search.work, place);
  const from = checkpointBefore(search, place);
  if (from === undefined) return [];
  if (job.kind === "sample") {
    const round = search.rounds[job.round - 1];
    if (round === undefined) return openRound(search, spec, job.round);
    // A spec of `bnas` without warm-up is refused by parseSpec, so a sample always has a checkpoint to start from.
    if (from === null) return [];
    if (spec.reduction.untrained && round.untrained?.evaluated === undefined) {
      return askUntrained(search, spec, round, from);
    }
    const networks = networksOfPass(search, spec, round, job);
    if (networks === undefined) return plan(search, spec, job);
    return nextOf(search, spec, job).map((work) => ({
      ...work.job,
      kind: "sample.requested",
      network: nth(networks, work.job.sample - 1),
      job: search.work.indexOf(work),
      jobs: search.jobs,
      from,
    }));
  }
  if (requested || (job.stage === "settle" && !reduced(search, job.round))) return [];
  return [{ ...job, kind: "epoch.requested", job: place, jobs: search.jobs, candidates: search.candidates, from }];
};

/** Ask once for the networks of a round that are not trained. Its first pass waits for the answer. */
const askUntrained = (search: Search, spec: Spec, { round, untrained }: Round, from: CheckpointRef): Fact[] => {
  if (untrained !== undefined) return [];
  const networks = drawUntrained(evidenceOf(search, spec), round, spec.reduction.untrained ?? 0);
  return [{ kind: "untrained.requested", round, networks, from }];
};

/** What a pass trains: by the seed (lines 4 to 6), or as it was planned. Undefined: it is not planned yet. */
const networksOfPass = (search: Search, spec: Spec, { small }: Round, { round, pass }: PassId) =>
  traitsOf(spec.strategy).plans
    ? search.plans.find((one) => one.round === round && one.pass === pass)?.networks
    : drawPass(spec.seed, round, pass, small);

/** Plan a pass, when every sample before it is evaluated. */
const plan = (search: Search, spec: Spec, { round, pass }: PassId): Fact[] => {
  const samples = passOf(search, { round, pass });
  const before = search.work.slice(0, search.work.indexOf(nth(samples, 0)));
  if (before.some(({ job, evaluated }) => job.kind === "sample" && evaluated === undefined)) return [];
  const { networks, expected } = planPass(evidenceOf(search, spec), { round, pass, samples: samples.length });
  return [{ kind: "pass.planned", round, pass, networks, ...expected }];
};

/** The next samples of a pass, in their order: so many that at most `parallel` are asked for and not yet trained. */
const nextOf = (search: Search, { parallel }: Spec, pass: PassId): SampleWork[] => {
  const untrained = passOf(search, pass).filter(({ trained }) => trained === undefined);
  const asked = untrained.filter(({ requested }) => requested).length;
  return untrained.filter(({ requested }) => !requested).slice(0, Math.max(0, parallel - asked));
};

/** Line 3, by the strengths of the supernet's last epoch. A strategy that plans may sample all that is left. */
const openRound = (search: Search, spec: Spec, round: number): Fact[] => {
  if (round > 1 && !reduced(search, round - 1)) return [];
  const { candidates, strengths } = search;
  const small = traitsOf(spec.strategy).plans ? candidates : smallest(candidates, strengths?.alpha, spec.sample);
  return [{ kind: "round.opened", round, candidates, small }];
};

const reduced = (search: Search, round: number): boolean => search.rounds[round - 1]?.abandoned !== undefined;

type Answer = NonNullable<Search["answer"]>;

/** When the genotype is known: the end, or before it the training of networks from it. */
const conclude = (search: Search, spec: Spec): Fact[] => {
  const { models } = search;
  const answer = search.answer ?? answerOf(search, spec);
  if (answer === undefined) return [];
  if (models.length === 0 || modelsDone(models)) return [{ kind: "search.finished", ...answer }];
  if (search.answer === undefined) return [{ kind: "genotype.derived", ...answer }];
  return budgetSpent(search)
    ? [{ kind: "search.finished", ...answer }]
    : [...nextModelEpochs(spec, answer.genotype, models)];
};

/** The answer, when every job is trained and nothing is left to merge or to evaluate. */
const answerOf = (search: Search, spec: Spec): Answer | undefined => {
  if (search.merges.some(({ checkpoint }) => checkpoint === undefined)) return undefined;
  if (search.work.some(({ job, evaluated }) => job.kind === "sample" && evaluated === undefined)) return undefined;
  const { candidates, likelihoods, strengths } = search;
  const space = spaceOf(spec);
  switch (traitsOf(spec.strategy).trains) {
    case "rounds":
      return reduced(search, roundsOf(space)) ? answered(search, spec, { candidates, likelihoods }) : undefined;
    case "samples":
      return answered(search, spec, undefined);
    case "warm-up":
      return strengths && { genotype: genotypeOfStrengths(space, strengths.alpha, strengths.beta) };
    case "nothing":
      return { genotype: spec.genotype ?? randomGenotype(space, spec.seed) };
  }
};

const answered = (search: Search, spec: Spec, left: Left | undefined): Answer | undefined => {
  const answer = derivedAnswer(evidenceOf(search, spec), left);
  // What is left is what the paper takes, so that need not be said.
  return answer && (spec.derive === "survivors" ? { genotype: answer.genotype } : answer);
};

/**
 * The end of a search whose budget is spent, by what its facts give: the likeliest operation that is left on every edge, or before
 * the first round is reduced the strongest of the supernet, as PC-DARTS takes it. (Not in the paper.) Where samples answer, those that
 * were evaluated.
 */
const finishEarly = (search: Search, spec: Spec): Fact[] => {
  const { candidates, likelihoods, strengths, rounds } = search;
  const left = rounds.some(({ abandoned }) => abandoned !== undefined)
    ? { candidates: likeliest(candidates, likelihoods), likelihoods }
    : undefined;
  const answer =
    answered(search, spec, left) ??
    (strengths && { genotype: genotypeOfStrengths(spaceOf(spec), strengths.alpha, strengths.beta) });
  return answer === undefined ? [] : [{ kind: "search.finished", ...answer }];
};
