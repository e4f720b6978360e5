import { extendFactor } from "../estimate/cholesky.js";
import type { Estimate } from "../estimate/estimate.js";
import { type Worth, worthsOfOperations } from "../estimate/worth.js";
import { evidenceOf, type Round, type Search } from "../life/search.js";
import { nth } from "../nth.js";
import { type Stream, stream } from "../random/random.js";
import { edgePlaces, onEdge } from "../space/per-edge.js";
import { fullSpace, type Operation, type PerEdge } from "../space/space.js";
import type { Spec } from "../spec/spec.js";
import { coderOf, type Evidence, estimateOfEvidence } from "../strategy/evidence.js";
import { worthsOfRound } from "../strategy/score-round.js";
import type { EdgeShares } from "./counterfactual.js";
import { leftOn } from "./edges.js";

const DRAWS = 1000;
/** Networks that stand for an operation: more change its covariance little, and take time. */
const NETWORKS = 20;

const known = new WeakMap<Search, readonly EdgeShares[] | undefined>();

/**
 * The probabilities that a strategy itself gives to its decisions, from its estimate, in the place of a counterfactual replay: an
 * edge of the space each. They follow from facts alone: the estimate of each round is computed again, and 1,000 draws of
 * its joint posterior say how often an operation is worth least, or most. What training the same network again would change is noise
 * of the estimate, which a counterfactual replay does not know.
 *
 * - `went` of a round: what went is worth least of the candidates of its edge, by the samples up to that round.
 * - `left`: what is left (of several the likeliest) is worth most of all operations of its edge, where the other edges hold what is left
 *   on them, by all samples.
 *
 * @returns undefined for a strategy that has no estimate, and where no round has ended
 */
export const ownProbabilities = (search: Search): readonly EdgeShares[] | undefined => {
  if (!known.has(search)) known.set(search, probabilitiesOf(search));
  return known.get(search);
};

const probabilitiesOf = (search: Search): readonly EdgeShares[] | undefined => {
  const { spec } = search;
  if (spec?.strategy !== "posterior") return undefined;
  const rounds = search.rounds.flatMap((round) => {
    const { abandoned } = round;
    return abandoned === undefined ? [] : [{ ...round, abandoned }];
  });
  if (rounds.length === 0) return undefined;
  const evidence = evidenceOf(search, spec);
  const went = rounds.map((round) => wentIn(evidence, round));
  const left = leftBy(search, spec, evidence);
  return edgePlaces(evidence.space).map((place, edge) => ({
    ...place,
    left: nth(left, edge),
    went: went.map((edges) => nth(edges, edge)),
  }));
};

/** Of each edge: how probable it is that what went in a round is worth least. */
const wentIn = (evidence: Evidence, { round, candidates, alpha, abandoned }: Ended): readonly number[] => {
  const { space, spec } = evidence;
  const until = <S extends { readonly round: number }>(samples: readonly S[]) =>
    samples.filter((one) => one.round <= round);
  const [evaluated, untrained] = [until(evidence.evaluated), until(evidence.untrained)];
  const { estimate, worths } = worthsOfRound({ ...evidence, candidates, alpha, evaluated, untrained }, round);
  const drawn = stream(spec.seed, "probability", "went", round);
  return edgePlaces(space).map((place, edge) =>
    probability(estimate, nth(worths, edge), space.operations.indexOf(onEdge(abandoned, place)), -1, drawn),
  );
};

type Ended = Round & { readonly abandoned: PerEdge<Operation> };

/** Of each edge: how probable it is that what is left is worth most of all operations, with the other edges as they are. */
const leftBy = (search: Search, { seed }: Spec, evidence: Evidence): readonly number[] => {
  const { space } = evidence;
  const estimate = estimateOfEvidence(evidence);
  const { choicesOf } = coderOf(space);
  const [full, left] = [choicesOf(fullSpace(space)), choicesOf(search.candidates)];
  const networks = stream(seed, "probability", "networks");
  const drawn = stream(seed, "probability", "left");
  return edgePlaces(space).map((place, edge) => {
    const worths = nth(worthsOfOperations(estimate, left.with(edge, nth(full, edge)), networks), edge);
    return probability(estimate, worths, space.operations.indexOf(leftOn(search, place)), 1, drawn);
  });
};

/** How often an operation is worth least of its edge (sign -1), or most (sign 1), in draws of the joint posterior of all of them. */
const probability = (
  estimate: Estimate,
  worths: readonly Worth[],
  operation: number,
  sign: 1 | -1,
  drawn: Stream,
): number => {
  const own = worths.findIndex((worth) => worth.operation === operation);
  const count = worths.length;
  const covariance = estimate.covariance(worths.map(({ best }) => spread(best)));
  const lower = new Float64Array(count * count);
  for (let row = 0; row < count; row++) {
    extendFactor(lower, count, row, covariance.subarray(row * count, (row + 1) * count));
  }
  const normal = new Float64Array(count);
  let times = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    let extreme = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < count; row++) {
      normal[row] = drawn.gaussian();
      let value = nth(worths, row).mean;
      for (let column = 0; column <= row; column++) {
        value += (lower[row * count + column] as number) * (normal[column] as number);
      }
      if (sign * value > most) {
        most = sign * value;
        extreme = row;
      }
    }
    if (extreme === own) times++;
  }
  return times / DRAWS;
};

/** At most 20 of some networks, evenly. */
const spread = <T>(networks: readonly T[]): readonly T[] =>
  networks.length <= NETWORKS
    ? networks
    : Array.from({ length: NETWORKS }, (_, index) => nth(networks, Math.floor((index * networks.length) / NETWORKS)));
