import { genotypeOfLikelihoods, genotypeOfStrengths, randomGenotype } from "./derive.js";
import type { Fact } from "./facts.js";
import type { Genotype } from "./genotype.js";
import { updateLikelihoods } from "./likelihood.js";
import { nth } from "./nth.js";
import type { Job } from "./plan.js";
import { leastLikely, ROUNDS } from "./reduce.js";
import { drawPass, smallest } from "./sample.js";
import { scoresOf } from "./score.js";
import { checkpointBefore, judgedOf, type Round, type Search, samplesOf } from "./search.js";
import type { Spec } from "./spec.js";

/**
 * The facts that are wanted next and are not there yet, for every service that decides by computation (the pruner, and the
 * evaluator for scores): each appends those of its own, by `writerOf`. A paused or ended search wants nothing.
 */
export const decide = (search: Search): readonly Fact[] =>
  search.paused || search.ended !== undefined ? [] : wanted(search);

/** What `decide` gives, whether or not the search is paused or ended: a pause delays decisions and changes none. */
export const wanted = (search: Search): readonly Fact[] => {
  const { spec } = search;
  if (spec === undefined) return [];
  const job = search.work.findIndex(({ trained }) => trained === undefined);
  // One job at a time: `parallel: n` will ask here for the n next jobs of a pass, each from the checkpoint of the pass.
  const next = job === -1 ? finish(search, spec) : request(search, spec, job);
  return [...judge(search), ...next];
};

/** Lines 9 to 13 for the open round, once all of its samples are judged. */
const judge = (search: Search): Fact[] => {
  const open = search.rounds.at(-1);
  if (open === undefined || open.abandoned !== undefined) return [];
  const { round, candidates, small, scores } = open;
  if (scores !== undefined) {
    const likelihoods = updateLikelihoods(candidates, search.likelihoods, scores);
    return [{ kind: "round.reduced", round, likelihoods, abandoned: leastLikely(candidates, likelihoods) }];
  }
  const judged = judgedOf(search, round);
  if (judged.length < samplesOf(search, round).length) return [];
  return [{ kind: "round.scored", round, scores: scoresOf(candidates, small, judged) }];
};

/** Ask for the first job that is not trained, if all that it waits for is there; or open the round that it belongs to. */
const request = (search: Search, spec: Spec, place: number): Fact[] => {
  const { job, requested } = nth(search.work, place);
  const from = checkpointBefore(search, place);
  if (requested || from === undefined) return [];
  const numbered = { job: place, jobs: search.jobs };
  if (job.kind === "sample") {
    const round = search.rounds[job.round - 1];
    if (round === undefined) return openRound(search, spec, job.round);
    // A spec of `bnas` without warm-up is refused by parseSpec, so a sample always has a checkpoint to start from.
    if (from === null) return [];
    return [{ ...sample(job, spec, round), ...numbered, from }];
  }
  if (job.stage === "settle" && !reduced(search, job.round)) return [];
  return [{ ...job, kind: "epoch.requested", ...numbered, candidates: search.candidates, from }];
};

const sample = (id: Extract<Job, { kind: "sample" }>, { seed }: Spec, { small }: Round) => ({
  ...id,
  kind: "sample.requested" as const,
  network: nth(drawPass(seed, id.round, id.pass, small), id.sample - 1),
});

/** Line 3, by the strengths of the supernet's last epoch. */
const openRound = (search: Search, spec: Spec, round: number): Fact[] => {
  if (round > 1 && !reduced(search, round - 1)) return [];
  const { candidates, strengths } = search;
  return [{ kind: "round.opened", round, candidates, small: smallest(candidates, strengths?.alpha, spec.sample) }];
};

const reduced = (search: Search, round: number): boolean => search.rounds[round - 1]?.abandoned !== undefined;

/** The end, when every job is trained and nothing is left to judge. */
const finish = (search: Search, spec: Spec): Fact[] => {
  const genotype = answer(search, spec);
  return genotype === undefined ? [] : [{ kind: "search.finished", genotype }];
};

const answer = (search: Search, spec: Spec): Genotype | undefined => {
  switch (spec.strategy) {
    case "bnas":
      return reduced(search, ROUNDS) ? genotypeOfLikelihoods(search.candidates, search.likelihoods) : undefined;
    case "pc-darts":
      return search.strengths && genotypeOfStrengths(search.strengths.alpha, search.strengths.beta);
    case "random":
      return randomGenotype(spec.seed);
  }
};
