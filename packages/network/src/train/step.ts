import { type Candidates, type Spec, spaceOf, type Tensors } from "@bnas/search";
import { type Tensor, type Tensor4D, tensor, tensor4d, engine as tfjs, tidy } from "@tensorflow/tfjs-core";
import { traceSupernet } from "../cost/parameters.js";
import type { Trace } from "../cost/trace.js";
import { tensorLayers } from "../engine/tensor-layers.js";
import type { Layers } from "../paper/layers.js";
import { type Mixture, mixture } from "../paper/mixture.js";
import { stackOf } from "../paper/networks.js";
import { type Part, runParts } from "../paper/parts.js";
import type { InputShape, Stack } from "../paper/stack.js";
import { tensorValue } from "../paper/state.js";
import { supernet } from "../paper/supernet.js";
import { type Batch, type Normalization, normalizeImages } from "./batch.js";
import { differentiateByPart } from "./by-part.js";
import { crossEntropy, type Loss, lossOf } from "./loss.js";

/** A network of the search, ready to compute: what it is, and how images enter it. */
export type Problem = {
  readonly spec: Spec;
  readonly input: InputShape;
  readonly normalization: Normalization;
  readonly stack: Stack;
  readonly candidates: Candidates;
  /** What it is made of. */
  readonly trace: Trace;
};

/** A network of the search on these candidates, ready to compute. */
export const problemOf = (job: {
  readonly spec: Spec;
  readonly input: InputShape;
  readonly normalization: Normalization;
  readonly candidates: Candidates;
}): Problem => ({
  ...job,
  stack: stackOf(job.spec.network, job.input, spaceOf(job.spec)),
  trace: traceSupernet(job.spec, job.input, job.candidates),
});

export type Gradients = {
  /** Mean over the images. */
  readonly loss: number;
  readonly correct: number;
  /** By the name of a weight or of a mixture; none where the loss does not depend on it. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
};

/**
 * Loss of a batch and its gradient with respect to the weights, or to the mixtures that alpha and beta make.
 * @param rate of the step of the weights; only a projection loss depends on it (projection.ts of @bnas/kernels)
 * @param byPart trades time for memory (by-part.ts)
 */
export const differentiate = (
  problem: Problem,
  batch: Batch,
  state: Tensors,
  learned: "weights" | "mixtures",
  rate = 0,
  byPart = false,
): Gradients => {
  let result: Gradients = { loss: Number.NaN, correct: 0, gradients: new Map() };
  tidy(() => {
    const { images, tensors, mixtures } = upload(problem, batch, state);
    const wanted = learned === "weights" ? tensors : mixtures;
    const net = layersOf(problem, tensors, mixtures, rate);
    const { outcome, gradients } = byPart
      ? differentiateByPart(
          {
            parts: partsOf(problem),
            netOf: () => net,
            images,
            lossOfLogits: (logits) => lossOf(logits, batch.labels),
            head: null,
          },
          wanted,
        )
      : differentiateWhole(partsOf(problem), net, images, batch.labels, wanted);
    result = { loss: outcome.loss, correct: outcome.correct, gradients };
  });
  return result;
};

const differentiateWhole = (
  parts: readonly Part<Tensor4D>[],
  net: Layers<Tensor4D>,
  images: Tensor4D,
  labels: ArrayLike<number>,
  wanted: Named,
): { readonly outcome: Loss; readonly gradients: ReadonlyMap<string, Float32Array> } => {
  const gradients = new Map<string, Float32Array>();
  let outcome: Loss = { loss: Number.NaN, correct: 0, gradient: new Float32Array() };
  const { grads } = tfjs().gradients(
    () => {
      const loss = lossOf(runParts(parts, net, images), labels);
      outcome = loss.outcome;
      return loss.value;
    },
    [...wanted.values()],
    undefined,
    true,
  );
  [...wanted.keys()].forEach((name, index) => {
    // The engine leaves a gap where the loss does not depend on a tensor, whatever its types say.
    const gradient = grads[index];
    if (gradient != null) gradients.set(name, new Float32Array(gradient.dataSync()));
  });
  return { outcome, gradients };
};

/** Loss of a batch and number of right answers, without gradients. */
export const forwardLoss = (
  problem: Problem,
  batch: Batch,
  state: Tensors,
): { readonly loss: number; readonly correct: number } => {
  let logits = new Float32Array();
  tidy(() => {
    const { images, tensors, mixtures } = upload(problem, batch, state);
    logits = new Float32Array(runParts(partsOf(problem), layersOf(problem, tensors, mixtures, 0), images).dataSync());
  });
  return crossEntropy(logits, batch.labels, problem.input.classes);
};

type Named = ReadonlyMap<string, Tensor>;

const upload = (
  problem: Problem,
  batch: Batch,
  state: Tensors,
): { readonly images: Tensor4D; readonly tensors: Named; readonly mixtures: Named } => {
  const { height, width, channels } = problem.input;
  const pixels = normalizeImages(batch, problem.input, problem.normalization);
  const weights = problem.trace.parameters.map((parameter) => {
    const { values, shape } = tensorValue(state, parameter.name, parameter.shape);
    return [parameter.name, tensor(values, [...shape])] as const;
  });
  return {
    images: tensor4d(pixels, [batch.count, height, width, channels]),
    tensors: new Map(weights),
    mixtures: uploadMixture(mixture(spaceOf(problem.spec), problem.candidates, state)),
  };
};

const uploadMixture = (weights: Mixture): Named =>
  new Map(
    [...weights].flatMap(([name, values]) => (values.length === 0 ? [] : [[name, tensor(values, [values.length])]])),
  );

const partsOf = ({ stack, spec, candidates }: Problem): readonly Part<Tensor4D>[] =>
  supernet(spaceOf(spec), stack, spec.network.partial, candidates);

const layersOf = (problem: Problem, tensors: Named, mixtures: Named, rate: number): Layers<Tensor4D> => {
  const tensorOf = (name: string): Tensor => {
    const found = tensors.get(name) ?? mixtures.get(name);
    if (found === undefined) throw new RangeError(`the network has no tensor ${name}`);
    return found;
  };
  return tensorLayers(problem.spec, tensorOf, rate);
};
