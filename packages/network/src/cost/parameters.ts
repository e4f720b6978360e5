import {
  type Candidates,
  fullSpace,
  type Network,
  type Space,
  type Spec,
  spaceOf,
  stream,
  type Tensors,
  type TensorValue,
} from "@bnas/search";
import { alphaName, betaName } from "../paper/mixture.js";
import { stackOf } from "../paper/networks.js";
import { isProjection } from "../paper/projection.js";
import type { InputShape } from "../paper/stack.js";
import { candidatesOf, supernet } from "../paper/supernet.js";
import { countOf, type Parameter, type Trace, type TracedLayers, traceParts, tracingLayers } from "./trace.js";

/** What the supernet on these candidates is made of, without computing it. */
export const traceSupernet = (spec: Spec, input: InputShape, candidates: Candidates): Trace =>
  traceParts(
    supernet(spaceOf(spec), stackOf(spec.network, input, spaceOf(spec)), spec.network.partial, candidates),
    input,
    () => tracingLayers(tracedLayers(spec)),
  );

const tracedLayers = ({ binarize, binarizer, conventions: { xnor, stemNorm } }: Spec): TracedLayers => ({
  binarize,
  binarizer,
  xnor,
  affine: stemNorm === "affine" ? "stem" : "none",
});

/** The weights of the supernet on these candidates (of a sampled network: one candidate an edge), in order of use. */
export const parametersOf = (spec: Spec, input: InputShape, candidates: Candidates): readonly Parameter[] =>
  traceSupernet(spec, input, candidates).parameters;

/**
 * Where a search starts: weights of the whole space, and strengths; no optimizer state. Every tensor depends on the
 * seed and its own name alone. Weights, and the classifier's bias, are uniform in +-1/sqrt(fan-in), as PyTorch draws
 * them for convolutions by default (so for DARTS); alpha and beta are 0.001 times a standard normal (DARTS).
 */
export const initialState = (spec: Spec, input: InputShape): Tensors => {
  const state = new Map<string, TensorValue>();
  const space = spaceOf(spec);
  for (const parameter of parametersOf(spec, input, fullSpace(space))) {
    state.set(parameter.name, initialWeights(spec.seed, parameter));
  }
  for (const [name, shape] of strengthShapes(space)) {
    const { gaussian } = stream(spec.seed, "weights", name);
    state.set(name, { shape, values: Float32Array.from({ length: countOf(shape) }, () => 1e-3 * gaussian()) });
  }
  return state;
};

/** A tensor of weights before any training. The scale of a norm is 1 and its shift 0; a projection is 1: the weights as they are. */
export const initialWeights = (seed: number, { name, shape, fanIn }: Parameter): TensorValue => {
  const length = countOf(shape);
  if (fanIn === 0) {
    const one = name.endsWith(".scale") || isProjection(name);
    return { shape, values: new Float32Array(length).fill(one ? 1 : 0) };
  }
  const { next } = stream(seed, "weights", name);
  const bound = 1 / Math.sqrt(fanIn);
  return { shape, values: Float32Array.from({ length }, () => bound * (2 * next() - 1)) };
};

/** Names and shapes of the strengths. Alpha always has a place for every operation of the space, on every edge. */
export const strengthShapes = ({ cells, operations }: Space): ReadonlyMap<string, readonly number[]> =>
  new Map<string, readonly number[]>([
    ...cells.map(({ kind, edges }) => [alphaName(kind), [edges.length, operations.length]] as const),
    ...cells.map(({ kind, edges }) => [betaName(kind), [edges.length]] as const),
  ]);

export const momentumName = (weights: string): string => `momentum/${weights}`;
export const adamMeanName = (strength: string): string => `adam.mean/${strength}`;
export const adamVarianceName = (strength: string): string => `adam.variance/${strength}`;
export const ADAM_STEP = "adam.step";

/**
 * Names of the tensors that a job on a network (a sample) or on candidates (an epoch of the supernet) reads. Those of
 * the optimizers may be absent from the state: they count as zero.
 * @param options.strengths with alpha and beta, and for candidates the state of their optimizer
 * @param options.optimizer false for a job that does not train: without momentum and Adam's state
 */
export const tensorNames = (
  spec: Spec,
  input: InputShape,
  job: Network | Candidates,
  options: { readonly strengths: boolean; readonly optimizer?: boolean },
): string[] => {
  const supernetwork = isCandidates(job);
  const weights = parametersOf(spec, input, supernetwork ? job : candidatesOf(job)).map(({ name }) => name);
  const strengths = options.strengths ? [...strengthShapes(spaceOf(spec)).keys()] : [];
  if (options.optimizer === false) return [...weights, ...strengths];
  const adam =
    supernetwork && options.strengths
      ? [ADAM_STEP, ...strengths.flatMap((name) => [adamMeanName(name), adamVarianceName(name)])]
      : [];
  return [...weights, ...weights.map(momentumName), ...strengths, ...adam];
};

const isCandidates = (job: Network | Candidates): job is Candidates =>
  Object.values(job).some((edges: Network[string] | Candidates[string]) => typeof edges[0] !== "string");
