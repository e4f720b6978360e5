import type { PerOperation } from "../facts/fact-parts.js";
import { evaluatedInAll, evidenceOf, type Round, type Search } from "../life/search.js";
import { nth } from "../nth.js";
import { stream } from "../random/random.js";
import { at, edgePlaces, mapEdges, onEdge } from "../space/per-edge.js";
import type { Candidates } from "../space/space.js";
import { traitsOf } from "../spec/strategies.js";
import type { Evidence, RoundSample } from "../strategy/evidence.js";
import { likelihoodsAfter, scoreRound } from "../strategy/score-round.js";
import type { EdgeShares } from "./counterfactual.js";
import { leftOn } from "./edges.js";
import { extremes, otherAnswers, type Resampling } from "./resampling.js";

/** Exp may differ in its last bit from engine to engine of JavaScript. */
const ROOM = 1e-9;

/**
 * The counterfactual replay of a strategy that has its own rule for scores (`bnas-ucb`, `cp-nas`), by the pure functions that decided. As in
 * `resampled`, `went` asks among the recorded candidates and `left` follows the resample; of equals each is as likely.
 * @returns undefined for a strategy that plans its passes, whose next networks would have been others, and where the recorded
 * likelihoods do not follow from the rule
 */
export const byRule = (search: Search, how: Resampling, resamples: number): readonly EdgeShares[] | undefined => {
  const { spec } = search;
  if (spec === undefined || traitsOf(spec.strategy).plans) return undefined;
  const rounds = search.rounds.filter(({ abandoned }) => abandoned !== undefined);
  const evidence = evidenceOf(search, spec);
  const samples = evaluatedInAll(search);
  if (!follows(evidence, rounds)) return undefined;
  const answer = otherAnswers(samples, how);
  const counts = edgePlaces(evidence.space).map((place) => ({ ...place, left: 0, went: rounds.map(() => 0) }));
  for (let resample = 0; resample < resamples; resample++) {
    const random = stream(spec.seed, "counterfactual", how, resample);
    const { correct, total, parent } = answer(random);
    const evaluated = samples.map(({ network, round }, index): RoundSample => {
      const twin = parent[index];
      const answered = { correct: nth(correct, index), total: nth(total, index) };
      return { network, round, ...answered, ...(twin === undefined ? {} : { parent: twin }) };
    });
    let recorded: PerOperation = {};
    let followed: PerOperation = {};
    let again: Candidates = nth(rounds, 0).candidates;
    for (const [index, round] of rounds.entries()) {
      recorded = afterRound(evidence, evaluated, round, round.candidates, recorded);
      followed = afterRound(evidence, evaluated, round, again, followed);
      for (const count of counts) {
        const least = extremesOf(round.candidates, recorded, count, -1);
        if (least.includes(onEdge(round.abandoned ?? {}, count))) {
          count.went[index] = nth(count.went, index) + 1 / least.length;
        }
      }
      const goes = mapEdges(again, (_, place) => {
        const least = extremesOf(again, followed, place, -1);
        return nth(least, least.length === 1 ? 0 : random.below(least.length));
      });
      again = mapEdges(again, (operations, place) => operations.filter((one) => one !== onEdge(goes, place)));
    }
    for (const count of counts) {
      const most = extremesOf(again, followed, count, 1);
      if (most.includes(leftOn(search, count))) count.left += 1 / most.length;
    }
  }
  return counts.map(({ cell, edge, left, went }) => ({
    cell,
    edge,
    left: left / resamples,
    went: went.map((times) => times / resamples),
  }));
};

const afterRound = (
  evidence: Evidence,
  evaluated: readonly RoundSample[],
  { round, small }: Round,
  candidates: Candidates,
  before: PerOperation,
): PerOperation => {
  const until = { ...evidence, candidates, evaluated: evaluated.filter((sample) => sample.round <= round) };
  return likelihoodsAfter(until, candidates, before, scoreRound(until, { round, candidates, small }));
};

const extremesOf = (
  candidates: Candidates,
  likelihoods: PerOperation,
  place: { readonly cell: string; readonly edge: number },
  sign: 1 | -1,
): readonly string[] => {
  const operations = onEdge(candidates, place);
  const row = at(likelihoods, place) ?? {};
  const indices = operations.map((_, index) => index);
  return extremes(indices, (index) => row[nth(operations, index)] ?? 0, sign).map((index) => nth(operations, index));
};

/** Whether the recorded likelihoods follow from the recorded answers by the rule. */
const follows = (evidence: Evidence, rounds: readonly Round[]): boolean => {
  let before: PerOperation = {};
  return rounds.every((round) => {
    before = afterRound(evidence, evidence.evaluated, round, round.candidates, before);
    return edgePlaces(evidence.space).every((place) =>
      onEdge(round.candidates, place).every((operation) => {
        const [own, recorded] = [before, round.likelihoods].map((values) => at(values, place)?.[operation] ?? 0);
        return Math.abs((own ?? 0) - (recorded ?? 0)) < ROOM;
      }),
    );
  });
};
