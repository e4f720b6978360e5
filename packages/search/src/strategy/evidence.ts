import type { Evaluated } from "../algorithm/score.js";
import type { Choices } from "../estimate/candidates.js";
import type { Coding, NetworkCode } from "../estimate/coding.js";
import type { Observation } from "../estimate/estimate.js";
import { type Estimate, estimateOf } from "../estimate/estimate.js";
import type { PerOperation } from "../facts/fact-parts.js";
import { nth } from "../nth.js";
import { at, type EdgePlace, edgePlaces, onEdge } from "../space/per-edge.js";
import { type Candidates, type Network, type Operation, outputsOf, type Space } from "../space/space.js";
import type { Spec } from "../spec/spec.js";

/** A network that was evaluated, and in which round. */
export type RoundSample = Evaluated & { readonly round: number };

/** All that a strategy decides by. */
export type Evidence = {
  readonly spec: Spec;
  readonly space: Space;
  /** What is left on every edge. */
  readonly candidates: Candidates;
  /** Strengths of the supernet's last epoch. */
  readonly alpha: PerOperation | undefined;
  /** Every network that was evaluated so far, in the order of the samples. */
  readonly evaluated: readonly RoundSample[];
  /** Every network that was evaluated with the weights of the supernet alone, in the order of the rounds. */
  readonly untrained: readonly RoundSample[];
};

/** A space as the estimate reads it, and the way between its networks and their codes. */
export type Coder = {
  readonly coding: Coding;
  readonly codeOf: (network: Network) => NetworkCode;
  readonly networkOf: (code: NetworkCode) => Network;
  readonly choicesOf: (candidates: Candidates) => Choices;
};

const coders = new WeakMap<Space, Coder>();

/** The codes of a space: for every edge the index of its operation in the space. */
export const coderOf = (space: Space): Coder => {
  const known = coders.get(space);
  if (known !== undefined) return known;
  const places = edgePlaces(space);
  const indexOf = new Map(space.operations.map((operation, index) => [operation, index]));
  const index = (operation: Operation): number => indexOf.get(operation) ?? -1;
  const coder: Coder = {
    coding: {
      edges: space.cells.flatMap(({ edges }, cell) => edges.map(({ from, to }) => ({ cell, from, to }))),
      operations: space.operations.length,
      none: index("none"),
      cells: space.cells.map((cell) => ({ inputs: cell.inputs, nodes: cell.nodes, outputs: outputsOf(cell) })),
    },
    codeOf: (network) => Uint8Array.from(places, (place) => index(onEdge(network, place))),
    networkOf: (code) => {
      let next = 0;
      return Object.fromEntries(
        space.cells.map(({ kind, edges }) => [kind, edges.map(() => nth(space.operations, code[next++] ?? -1))]),
      );
    },
    choicesOf: (candidates) => places.map((place) => onEdge(candidates, place).map(index)),
  };
  coders.set(space, coder);
  return coder;
};

/**
 * What is believed of all networks after those that were evaluated. At least one must be. Of those that were not trained the newest round
 * counts: the supernet of earlier ones had other weights, and what is left of its operations is in the newest.
 */
export const estimateOfEvidence = ({ spec, space, alpha, evaluated, untrained }: Evidence): Estimate => {
  const { coding, codeOf } = coderOf(space);
  const observe = ({ network, correct, total, round }: RoundSample): Observation => ({
    code: codeOf(network),
    accuracy: correct / total,
    round,
  });
  const newest = untrained.at(-1)?.round;
  const observations = [
    ...evaluated.map(observe),
    ...untrained.filter(({ round }) => round === newest).map((one) => ({ ...observe(one), untrained: true as const })),
  ];
  // Paths leave strengths as they were drawn, which says nothing of any network.
  const trained = spec.supernet === "paths" ? undefined : alpha;
  return estimateOf(coding, observations, trained === undefined ? undefined : strengthBy(space, trained));
};

/**
 * The strength of a network: the sum of its operations' alpha, each less the mean of its edge, in units of their standard deviation
 * and over the root of the number of edges: about 1 in size. Undefined where all are equal.
 */
const strengthBy = (space: Space, alpha: PerOperation): ((code: NetworkCode) => number) | undefined => {
  const table = edgePlaces(space).map((place: EdgePlace) => {
    const row = at(alpha, place) ?? {};
    const values = space.operations.map((operation) => row[operation]);
    const known = values.flatMap((value) => value ?? []);
    const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
    return values.map((value) => (value === undefined ? 0 : value - mean));
  });
  const squares = table.flat().reduce((sum, value) => sum + value * value, 0);
  if (squares === 0) return undefined;
  const unit = Math.sqrt((squares / table.flat().length) * table.length);
  return (code) => table.reduce((sum, values, edge) => sum + (values[code[edge] ?? -1] ?? 0), 0) / unit;
};
