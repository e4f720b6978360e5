import { drawCode } from "../estimate/candidates.js";
import { choosePass } from "../estimate/choose.js";
import type { NetworkCode } from "../estimate/coding.js";
import { nth } from "../nth.js";
import { type Stream, stream } from "../random/random.js";
import { fullSpace, type Network } from "../space/space.js";
import { coderOf, type Evidence, estimateOfEvidence } from "./evidence.js";

/** The networks of a pass, and what is expected of each where a strategy expects something: normal scores of accuracies. */
export type PlannedPass = {
  readonly networks: readonly Network[];
  readonly expected?: { readonly mean: readonly number[]; readonly deviation: readonly number[] };
};

/** A pass that is to be planned. */
export type PassToPlan = { readonly round: number; readonly pass: number; readonly samples: number };

/** The networks of a pass for a strategy that plans. @throws RangeError for one that does not: a fault, never of input */
export const planPass = (evidence: Evidence, wanted: PassToPlan): PlannedPass => {
  const { spec } = evidence;
  const drawn = stream(spec.seed, "plan", spec.strategy, wanted.round, wanted.pass);
  switch (spec.strategy) {
    case "posterior":
      return byEstimate(evidence, wanted, drawn);
    case "random-search":
      return { networks: drawNetworks(evidence, wanted.samples, drawn) };
    case "evolution":
      return { networks: evolved(evidence, wanted.samples, drawn) };
    default:
      throw new RangeError(`the strategy ${spec.strategy} plans no pass`);
  }
};

/** RoundSample networks that an estimate begins with: before, a pass is drawn so that no two of its networks share an operation. */
const FEWEST = 6;

const byEstimate = (evidence: Evidence, { samples }: PassToPlan, drawn: Stream): PlannedPass => {
  const { space, candidates, evaluated, untrained } = evidence;
  const { networkOf, choicesOf } = coderOf(space);
  const choices = choicesOf(candidates);
  if (evaluated.length + untrained.length < FEWEST) {
    const shuffled = choices.map((operations) => drawn.shuffle(operations));
    const network = (sample: number) =>
      networkOf(Uint8Array.from(shuffled, (operations) => nth(operations, sample % operations.length)));
    return { networks: Array.from({ length: samples }, (_, sample) => network(sample)) };
  }
  const chosen = choosePass(estimateOfEvidence(evidence), choices, samples, drawn);
  return {
    networks: chosen.map(({ code }) => networkOf(code)),
    expected: { mean: chosen.map(({ mean }) => mean), deviation: chosen.map(({ deviation }) => deviation) },
  };
};

const drawNetworks = ({ space }: Evidence, samples: number, drawn: Stream): Network[] => {
  const { networkOf, choicesOf } = coderOf(space);
  const choices = choicesOf(fullSpace(space));
  return Array.from({ length: samples }, () => networkOf(drawCode(choices, drawn)));
};

/** Networks that live at a time, and those that compete to be a parent: a third and a sixth of the paper's, for few samples. */
const POPULATION = 8;
const COMPETITORS = 4;

/**
 * Regularized evolution (Real, Aggarwal, Huang and Le, AAAI 2019): the youngest 8 networks are the population; the best of 4 that are
 * drawn from it gets a child that differs on one edge. A pass has several children of one population.
 */
const evolved = (evidence: Evidence, samples: number, drawn: Stream): Network[] => {
  const { space, evaluated } = evidence;
  const { codeOf, networkOf, choicesOf } = coderOf(space);
  const choices = choicesOf(fullSpace(space));
  const population = evaluated.slice(-POPULATION);
  const child = (): NetworkCode => {
    const competitors = drawn.shuffle(population).slice(0, COMPETITORS);
    const parent = competitors.reduce((best, next) =>
      next.correct * best.total > best.correct * next.total ? next : best,
    );
    const code = codeOf(parent.network);
    // An edge with one operation has no other to change to.
    const changeable = choices.flatMap((operations, edge) => (operations.length > 1 ? [edge] : []));
    if (changeable.length === 0) return code;
    const edge = nth(changeable, drawn.below(changeable.length));
    const others = nth(choices, edge).filter((operation) => operation !== code[edge]);
    code[edge] = nth(others, drawn.below(others.length));
    return code;
  };
  return Array.from({ length: samples }, (_, sample) =>
    networkOf(evaluated.length + sample < POPULATION ? drawCode(choices, drawn) : child()),
  );
};
