import { edgeScores } from "../algorithm/score.js";
import type { Round, Search } from "../life/search.js";
import type { RoundSample } from "../strategy/evidence.js";
import { type EdgeOf, edgeValue, leftOn } from "./edges.js";
import type { Answers } from "./resampling.js";

/** What is recorded of an edge in a round. Operations are indices in `operations`, samples in `Answers`. */
type EdgeRound = {
  readonly candidates: readonly number[];
  /** O_small, and for each of its operations the samples that drew it. */
  readonly small: readonly number[];
  readonly drawnBy: readonly (readonly number[])[];
  readonly gone: number;
  /** Likelihoods after the round, of each operation that was a candidate. */
  readonly likelihoods: readonly (number | undefined)[];
};

/** All that is recorded of an edge, as indices. */
export type EdgePlan = {
  readonly place: EdgeOf;
  readonly operations: readonly string[];
  readonly rounds: readonly EdgeRound[];
  /** What is left, or the likeliest of what is left. */
  readonly left: number;
};

/** The plan of an edge. @param rounds that have ended */
export const planOf = (
  search: Search,
  rounds: readonly Round[],
  samples: readonly RoundSample[],
  place: EdgeOf,
): EdgePlan => {
  const operations: readonly string[] = edgeValue(rounds[0]?.candidates, place) ?? [];
  const indices = (names: readonly string[] | undefined) => (names ?? []).map((name) => operations.indexOf(name));
  const likelihoodsOf = (values: Round["likelihoods"]): readonly (number | undefined)[] => {
    const row: Readonly<Record<string, number | undefined>> = edgeValue(values, place) ?? {};
    return operations.map((operation) => row[operation]);
  };
  return {
    place,
    operations,
    rounds: rounds.map((round) => {
      const small = indices(edgeValue(round.small, place));
      const drawnBy = small.map((operation) =>
        samples.flatMap((sample, index) =>
          sample.round === round.round && edgeValue(sample.network, place) === operations[operation] ? [index] : [],
        ),
      );
      const [gone = -1] = indices([edgeValue(round.abandoned, place) ?? ""]);
      const candidates = indices(edgeValue(round.candidates, place));
      return { candidates, small, drawnBy, gone, likelihoods: likelihoodsOf(round.likelihoods) };
    }),
    left: operations.indexOf(leftOn(search, place)),
  };
};

/** Line 9 to 12 of a round for all operations of an edge: s/2 + score, in place. */
export const updateEdge = (likelihoods: Float64Array, { small, drawnBy }: EdgeRound, answers: Answers): void => {
  const { correct, total } = answers;
  const scores = edgeScores(
    drawnBy.map((samples) => {
      let right = 0;
      let all = 0;
      for (const sample of samples) {
        right += correct[sample] ?? 0;
        all += total[sample] ?? 0;
      }
      return right / all;
    }),
  );
  for (let operation = 0; operation < likelihoods.length; operation++) {
    const score = scores.small[small.indexOf(operation)] ?? scores.large;
    likelihoods[operation] = (likelihoods[operation] ?? 0) / 2 + score;
  }
};

/** Exp may differ in its last bit from engine to engine of JavaScript. */
const ROOM = 1e-9;

/** Whether the recorded decisions of an edge follow from the recorded answers by lines 9 to 13. */
export const isPaperRule = ({ operations, rounds }: EdgePlan, answers: Answers): boolean => {
  const likelihoods = new Float64Array(operations.length);
  return rounds.every((round) => {
    if (round.drawnBy.some((samples) => samples.length === 0)) return false;
    updateEdge(likelihoods, round, answers);
    return round.candidates.every(
      (operation) => Math.abs((likelihoods[operation] ?? 0) - (round.likelihoods[operation] ?? 0)) < ROOM,
    );
  });
};
