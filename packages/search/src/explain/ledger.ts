import { meanAccuracies } from "../algorithm/score.js";
import { evaluatedInAll, evaluatedOf, type Round, type Search } from "../life/search.js";
import { nth } from "../nth.js";
import { at, type EdgePlace, edgePlaces, onEdge, type Rows } from "../space/per-edge.js";
import { type CellKind, cellOf, type Operation } from "../space/space.js";
import { spaceOf } from "../spec/space-of.js";
import type { RoundSample } from "../strategy/evidence.js";
import { byParent } from "../strategy/score-round.js";
import type { Sureness } from "../verdict/sureness.js";
import { evidenceNameOf, type Measure, measureOf } from "./measure.js";

/** What decided about an operation on an edge in a round. */
export type OperationLedger = {
  readonly operation: Operation;
  /** Strength when the round opened (line 3). */
  readonly alpha: number;
  /** Mean over the passes, in [0, 1] (line 10); undefined when it was not sampled. */
  readonly accuracy: number | undefined;
  /** s_small or s_large (lines 10 and 11); of another strategy what it compares by. */
  readonly score: number;
  /** s after line 12. */
  readonly likelihood: number;
};

export type EdgeLedger = {
  readonly cell: CellKind;
  /** Its place among the edges of its cell. */
  readonly edge: number;
  readonly from: number;
  readonly to: number;
  readonly operations: readonly OperationLedger[];
  readonly abandoned: Operation;
  /** One sentence: why it was this one. */
  readonly reason: string;
  /** The probability in [0, 1] that it would be this one again (`surenessOf`); undefined where it was not computed. */
  readonly sure: number | undefined;
  /** Where that comes from. Of an estimate the reason says it. */
  readonly sureBy: Sureness["by"] | undefined;
  /** What its operations are compared by. */
  readonly measure: Measure;
};

export type RoundLedger = { readonly round: number; readonly edges: readonly EdgeLedger[] };

/**
 * Why every operation went: all that decided, round by round and edge by edge, for the rounds that have ended.
 * @param sureness of the same search, if it was computed
 */
export const ledger = (search: Search, sureness?: Sureness): readonly RoundLedger[] => {
  if (search.spec === undefined) return [];
  const space = spaceOf(search.spec);
  const measure = measureOf(search.spec.strategy);
  const named = evidenceNameOf(search.spec.strategy);
  return search.rounds.flatMap((round) => {
    if (round.abandoned === undefined) return [];
    const { abandoned } = round;
    const evaluated = evaluatedOf(search, round.round);
    const accuracies = meanAccuracies(evaluated);
    const scored = named === "accuracy" ? accuracies : meanAccuracies(evaluated.map(byParent));
    const soFar = evaluatedInAll(search).filter((sample) => sample.round <= round.round);
    const edges = edgePlaces(space).map((place): EdgeLedger => {
      const operations = operationsOn(round, accuracies, place);
      const { from, to } = nth(cellOf(space, place.cell).edges, place.edge);
      const gone = onEdge(abandoned, place);
      const sure = sureIn(sureness, round.round, place);
      const decided = { operations, abandoned: gone, sure };
      const mean = at(scored, place)?.[gone];
      const evidence = mean === undefined ? undefined : `mean ${named} ${number(mean)}`;
      const reason = reasonOf(measure, { ...decided, evidence }, () => meanOf(soFar, place, gone));
      return { ...place, from, to, ...decided, reason, sureBy: sure === undefined ? undefined : sureness?.by, measure };
    });
    return [{ round: round.round, edges }];
  });
};

const sureIn = (sureness: Sureness | undefined, round: number, { cell, edge }: EdgePlace): number | undefined =>
  sureness?.edges.find((one) => one.cell === cell && one.edge === edge)?.rounds.find((one) => one.round === round)
    ?.sure;

const operationsOn = (
  { alpha, scores, likelihoods, candidates }: Round,
  accuracies: Rows,
  place: EdgePlace,
): readonly OperationLedger[] =>
  onEdge(candidates, place).map((operation) => ({
    operation,
    alpha: at(alpha, place)?.[operation] ?? 0,
    accuracy: at(accuracies, place)?.[operation],
    score: at(scores, place)?.[operation] ?? 0,
    likelihood: at(likelihoods, place)?.[operation] ?? 0,
  }));

/** Mean accuracy of the samples that held an operation on an edge, and how many they are. */
const meanOf = (samples: readonly RoundSample[], place: EdgePlace, operation: Operation) => {
  const holding = samples.filter(({ network }) => onEdge(network, place) === operation);
  return {
    samples: holding.length,
    accuracy: holding.reduce((sum, { correct, total }) => sum + correct / total, 0) / holding.length,
  };
};

type Decided = Pick<EdgeLedger, "operations" | "abandoned" | "sure"> & {
  /** What the samples that held the abandoned operation in this round did; undefined if none did. */
  readonly evidence: string | undefined;
};

const reasonOf = (
  measure: Measure,
  { operations, abandoned, sure, evidence: sampled }: Decided,
  soFar: () => ReturnType<typeof meanOf>,
): string => {
  const gone = operations.find(({ operation }) => operation === abandoned);
  const [next] = operations
    .filter(({ operation }) => operation !== abandoned)
    .sort((one, other) => one.likelihood - other.likelihood);
  if (gone === undefined || next === undefined) return "it was not a candidate of this edge";
  const equal = next.likelihood === gone.likelihood;
  switch (measure) {
    case "worth": {
      const beside = equal
        ? `${next.operation} is worth the same, and of equals the lower index goes`
        : `next ${next.operation} ${next.likelihood.toFixed(2)}`;
      const worst = sure === undefined ? "" : `; the worst with ${(100 * sure).toFixed(0)} %`;
      return `of ${operations.length} left, ${abandoned} is worth least: ${gone.likelihood.toFixed(2)}; ${beside}${worst}`;
    }
    case "upper bound": {
      const { samples, accuracy } = soFar();
      const evidence =
        samples === 0
          ? "no sample so far held it"
          : `mean accuracy ${number(accuracy)} of the ${samples} samples so far that held it`;
      return `least upper bound ${number(gone.likelihood)} of ${operations.length}; ${besideOf(next, equal)}; ${evidence}`;
    }
    case "likelihood": {
      const evidence =
        sampled === undefined
          ? `not sampled (alpha ${number(gone.alpha)} is not among the least), score of the rest ${number(gone.score)}`
          : `sampled, ${sampled}, score ${number(gone.score)}`;
      return `least likelihood ${number(gone.likelihood)} of ${operations.length}; ${besideOf(next, equal)}; ${evidence}`;
    }
  }
};

const besideOf = ({ operation, likelihood }: OperationLedger, equal: boolean): string =>
  equal
    ? `${operation} has the same, and of equals the lower index goes`
    : `next is ${operation} with ${number(likelihood)}`;

const number = (value: number): string => value.toFixed(4);
