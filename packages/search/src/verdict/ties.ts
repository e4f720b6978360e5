import type { Round, Search } from "../life/search.js";
import { type EdgeOf, edgesOf, edgeValue } from "./edges.js";

/** Where the order of the operations decided, and no number. */
export type Ties = {
  /** Abandonments, and those whose operation had exactly the likelihood of another one. */
  readonly abandonments: number;
  readonly tied: number;
  /** All edges, and those on which what is left had exactly the likelihood of one that went: only the order kept it. */
  readonly edges: number;
  readonly byOrder: readonly EdgeOf[];
  /** Rounds in which all candidates of each edge got the same score: what went was decided before. */
  readonly idleRounds: readonly number[];
};

/**
 * The ties of a search. A reduction abandons of equals the first, so that a search whose samples are all alike still ends with an
 * answer: the last operation of the space on every edge. With `sample: half` the last round is always idle: one of two is sampled, and
 * both score 1.
 */
export const tiesOf = (search: Search): Ties => {
  const rounds = search.rounds.filter(({ abandoned }) => abandoned !== undefined);
  const decided = rounds.flatMap((round) =>
    edgesOf(round.candidates).map((place) => ({ ...place, equals: equalsOf(round, place) })),
  );
  const places = edgesOf(rounds[0]?.candidates ?? {});
  const tied = decided.filter(({ equals }) => equals.length > 0);
  return {
    abandonments: decided.length,
    tied: tied.length,
    edges: places.length,
    byOrder: places.filter(({ cell, edge }) => {
      const left: readonly string[] = edgeValue(search.candidates, { cell, edge }) ?? [];
      const equals = tied.filter((one) => one.cell === cell && one.edge === edge).flatMap((one) => one.equals);
      return left.length === 1 && left.some((operation) => equals.includes(operation));
    }),
    idleRounds: rounds.filter(isIdle).map(({ round }) => round),
  };
};

/** The candidates of an edge that had exactly the likelihood of the one that went. */
const equalsOf = (round: Round, place: EdgeOf): readonly string[] => {
  const likelihoods: Readonly<Record<string, number | undefined>> = edgeValue(round.likelihoods, place) ?? {};
  const gone: string = edgeValue(round.abandoned, place) ?? "";
  return Object.keys(likelihoods).filter((other) => other !== gone && likelihoods[other] === likelihoods[gone]);
};

const isIdle = ({ candidates, scores }: Round): boolean =>
  edgesOf(candidates).every((place) => new Set(Object.values(edgeValue(scores, place) ?? {})).size === 1);
