import { genotypeOfLikelihoods, genotypeOfStrengths, randomGenotype } from "../algorithm/derive.js";
import { updateLikelihoods } from "../algorithm/likelihood.js";
import { leastLikely, likeliest } from "../algorithm/reduce.js";
import { drawPass, smallest } from "../algorithm/sample.js";
import { scoresOf } from "../algorithm/score.js";
import type { Fact } from "../facts/facts.js";
import type { PassId } from "../facts/round-facts.js";
import type { Genotype } from "../genotype/genotype.js";
import { nth } from "../nth.js";
import { roundsOf } from "../space/space.js";
import { spaceOf } from "../spec/space-of.js";
import type { Spec } from "../spec/spec.js";
import {
  budgetSpent,
  checkpointBefore,
  evaluatedOf,
  passOf,
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
  const next = job === -1 ? finish(search, spec) : request(search, spec, job);
  return [...score(search), ...merge(search), ...next];
};

/** Lines 9 to 13 for the open round, once all of its samples are evaluated. */
const score = (search: Search): Fact[] => {
  const open = search.rounds.at(-1);
  if (open === undefined || open.abandoned !== undefined) return [];
  const { round, candidates, small, scores } = open;
  if (scores !== undefined) {
    const likelihoods = updateLikelihoods(candidates, search.likelihoods, scores);
    return [{ kind: "round.reduced", round, likelihoods, abandoned: leastLikely(candidates, likelihoods) }];
  }
  const evaluated = evaluatedOf(search, round);
  if (evaluated.length < samplesOf(search, round).length) return [];
  return [{ kind: "round.scored", round, scores: scoresOf(candidates, small, evaluated) }];
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
    return nextOf(search, spec, job).map((work) => ({
      ...work.job,
      kind: "sample.requested",
      network: nth(drawPass(spec.seed, job.round, job.pass, round.small), work.job.sample - 1),
      job: search.work.indexOf(work),
      jobs: search.jobs,
      from,
    }));
  }
  if (requested || (job.stage === "settle" && !reduced(search, job.round))) return [];
  return [{ ...job, kind: "epoch.requested", job: place, jobs: search.jobs, candidates: search.candidates, from }];
};

/** The next samples of a pass, in their order: so many that at most `parallel` are asked for and not yet trained. */
const nextOf = (search: Search, { parallel }: Spec, pass: PassId): SampleWork[] => {
  const untrained = passOf(search, pass).filter(({ trained }) => trained === undefined);
  const asked = untrained.filter(({ requested }) => requested).length;
  return untrained.filter(({ requested }) => !requested).slice(0, Math.max(0, parallel - asked));
};

/** Line 3, by the strengths of the supernet's last epoch. */
const openRound = (search: Search, spec: Spec, round: number): Fact[] => {
  if (round > 1 && !reduced(search, round - 1)) return [];
  const { candidates, strengths } = search;
  return [{ kind: "round.opened", round, candidates, small: smallest(candidates, strengths?.alpha, spec.sample) }];
};

const reduced = (search: Search, round: number): boolean => search.rounds[round - 1]?.abandoned !== undefined;

/** The end, when every job is trained and nothing is left to merge or to evaluate. */
const finish = (search: Search, spec: Spec): Fact[] => {
  if (search.merges.some(({ checkpoint }) => checkpoint === undefined)) return [];
  const genotype = answer(search, spec);
  return genotype === undefined ? [] : [{ kind: "search.finished", genotype }];
};

/**
 * The end of a search whose budget is spent, by what its facts give: the likeliest operation that is left on every edge, or before
 * the first round is reduced the strongest of the supernet, as PC-DARTS takes it. (Not in the paper.)
 */
const finishEarly = ({ candidates, likelihoods, strengths, rounds }: Search, spec: Spec): Fact[] => {
  const space = spaceOf(spec);
  if (rounds.some(({ abandoned }) => abandoned !== undefined)) {
    const genotype = genotypeOfLikelihoods(space, likeliest(candidates, likelihoods), likelihoods);
    return [{ kind: "search.finished", genotype }];
  }
  return strengths === undefined
    ? []
    : [{ kind: "search.finished", genotype: genotypeOfStrengths(space, strengths.alpha, strengths.beta) }];
};

const answer = (search: Search, spec: Spec): Genotype | undefined => {
  const space = spaceOf(spec);
  switch (spec.strategy) {
    case "bnas":
      return reduced(search, roundsOf(space))
        ? genotypeOfLikelihoods(space, search.candidates, search.likelihoods)
        : undefined;
    case "pc-darts":
      return search.strengths && genotypeOfStrengths(space, search.strengths.alpha, search.strengths.beta);
    case "random":
      return randomGenotype(space, spec.seed);
  }
};
