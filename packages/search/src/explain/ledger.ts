import { meanAccuracies } from "../algorithm/score.js";
import { evaluatedOf, type Round, type Search } from "../life/search.js";
import { nth } from "../nth.js";
import { at, type EdgePlace, edgePlaces, onEdge, type Rows } from "../space/per-edge.js";
import { type CellKind, cellOf, type Operation, type Space } from "../space/space.js";
import { spaceOf } from "../spec/space-of.js";
import type { Sureness } from "../verdict/sureness.js";

/** What decided about an operation on an edge in a round. */
export type OperationLedger = {
  readonly operation: Operation;
  /** Strength when the round opened (line 3). */
  readonly alpha: number;
  /** Mean over the passes, in [0, 1] (line 10); undefined when it was not sampled. */
  readonly accuracy: number | undefined;
  /** s_small or s_large (lines 10 and 11). */
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
};

export type RoundLedger = { readonly round: number; readonly edges: readonly EdgeLedger[] };

/**
 * Why every operation went: all that decided, round by round and edge by edge, for the rounds that have ended.
 * @param sureness of the same search, if it was computed
 */
export const ledger = (search: Search, sureness?: Sureness): readonly RoundLedger[] => {
  if (search.spec === undefined) return [];
  const space = spaceOf(search.spec);
  return search.rounds.flatMap((round) => {
    if (round.abandoned === undefined) return [];
    const { abandoned } = round;
    const accuracies = meanAccuracies(evaluatedOf(search, round.round));
    const edges = edgePlaces(space).map((place) =>
      edgeLedger(space, round, onEdge(abandoned, place), accuracies, place, sureIn(sureness, round.round, place)),
    );
    return [{ round: round.round, edges }];
  });
};

const sureIn = (sureness: Sureness | undefined, round: number, { cell, edge }: EdgePlace): number | undefined =>
  sureness?.edges.find((one) => one.cell === cell && one.edge === edge)?.rounds.find((one) => one.round === round)
    ?.sure;

const edgeLedger = (
  space: Space,
  { alpha, scores, likelihoods, candidates }: Round,
  abandoned: Operation,
  accuracies: Rows,
  place: EdgePlace,
  sure: number | undefined,
): EdgeLedger => {
  const operations = onEdge(candidates, place).map((operation) => ({
    operation,
    alpha: at(alpha, place)?.[operation] ?? 0,
    accuracy: at(accuracies, place)?.[operation],
    score: at(scores, place)?.[operation] ?? 0,
    likelihood: at(likelihoods, place)?.[operation] ?? 0,
  }));
  const { from, to } = nth(cellOf(space, place.cell).edges, place.edge);
  return { ...place, from, to, operations, abandoned, reason: reason(operations, abandoned), sure };
};

const reason = (operations: readonly OperationLedger[], abandoned: Operation): string => {
  const gone = operations.find(({ operation }) => operation === abandoned);
  const [next] = operations
    .filter(({ operation }) => operation !== abandoned)
    .sort((one, other) => one.likelihood - other.likelihood);
  if (gone === undefined || next === undefined) return "it was not a candidate of this edge";
  const least = `least likelihood ${number(gone.likelihood)} of ${operations.length}`;
  const beside =
    next.likelihood === gone.likelihood
      ? `${next.operation} has the same, and of equals the lower index goes`
      : `next is ${next.operation} with ${number(next.likelihood)}`;
  const evidence =
    gone.accuracy === undefined
      ? `not sampled (alpha ${number(gone.alpha)} is not among the least), score of the rest ${number(gone.score)}`
      : `sampled, mean accuracy ${number(gone.accuracy)}, score ${number(gone.score)}`;
  return `${least}; ${beside}; ${evidence}`;
};

const number = (value: number): string => value.toFixed(4);
