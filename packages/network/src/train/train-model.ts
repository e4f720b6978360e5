import { invalidInput } from "@bnas/errors";
import {
  type Genotype,
  type Space,
  type Spec,
  type Stream,
  stream,
  type Tensors,
  type TensorValue,
} from "@bnas/search";
import { type Tensor, type Tensor4D, tensor4d, engine as tfjs, tidy } from "@tensorflow/tfjs-core";
import { modelTrainsByPart } from "../cost/memory.js";
import { momentumName } from "../cost/parameters.js";
import type { BatchStatistics, Mode } from "../engine/derived-layers.js";
import type { Engine } from "../engine/engine.js";
import type { DerivedLayers } from "../paper/derived-cell.js";
import { requireNoOtherProjections } from "../paper/projection.js";
import type { InputShape } from "../paper/stack.js";
import { copyOf, copyOrZeros, tensorValue } from "../paper/state.js";
import { type Batch, type Normalization, normalizeImages } from "./batch.js";
import { differentiateByPart } from "./by-part.js";
import { buildDerived, type DerivedNetwork, type DerivedOptions, updateStatistics, uploadWeights } from "./derived.js";
import { type Loss, lossOf, lossWithAuxiliary } from "./loss.js";
import { sgdStep, type TrainedTensor } from "./sgd.js";
import { emptySplit, type TrainingProgress, yieldUnlessAborted } from "./train-epoch.js";

/** The network of a genotype as a spec trains it. `auxiliary` is the weight of the head's loss; 0 builds none. */
export const modelNetwork = (
  { train, network, conventions: { xnor }, binarizer }: Pick<Spec, "train" | "network" | "conventions" | "binarizer">,
  {
    genotype,
    binarize,
    space,
  }: { readonly genotype: Genotype; readonly binarize: Spec["binarize"]; readonly space: Space },
  input: InputShape,
): DerivedNetwork => {
  const { cells, channels, epsilon } = train;
  const auxiliary = train.auxiliary > 0;
  const { stem } = network;
  const options: DerivedOptions = { cells, channels, stem, binarize, binarizer, xnor, auxiliary, epsilon, space };
  return buildDerived(genotype, options, input);
};

export type ModelEpochJob = {
  readonly network: DerivedNetwork;
  readonly input: InputShape;
  readonly normalization: Normalization;
  /** Weights, momentum and running statistics if there are any yet. Not changed. */
  readonly state: Tensors;
  readonly rate: number;
  readonly optimizer: { readonly momentum: number; readonly decay: number; readonly clip: number };
  readonly loss: { readonly auxiliary: number; readonly smoothing: number };
  readonly dropPath: { readonly probability: number; readonly seed: number; readonly epoch: number };
  readonly batches: AsyncIterable<Batch>;
  readonly onStep?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
};

export type ModelEpochResult = {
  /** All that the next epoch depends on: weights, momentum, running statistics. */
  readonly state: Tensors;
  /** Mean over the images, each before its step. */
  readonly loss: number;
  readonly images: number;
  readonly correct: number;
};

/**
 * One epoch of a derived network (DARTS, `train.py`): SGD on the loss of the classifier and a share of the auxiliary head's; batch norms
 * by the batch, their running statistics noted; no weight decay on batch norms (the authors' code).
 * @throws InvalidInput when there is no batch, one does not fit in memory, or the loss is not finite
 */
export const trainModelEpoch = async (engine: Engine, job: ModelEpochJob): Promise<ModelEpochResult> => {
  const { network, optimizer } = job;
  requireNoOtherProjections(network.parameters, job.state);
  const state = new Map<string, TensorValue>();
  const weights = new Map<string, TrainedTensor>();
  for (const { name, shape, fanIn } of network.parameters) {
    const value = copyOf(tensorValue(job.state, name, shape));
    const momentum = copyOrZeros(job.state, momentumName(name), shape);
    state.set(name, value).set(momentumName(name), momentum);
    // A norm's scale and shift sum over no inputs, nor does a projection.
    weights.set(name, { values: value.values, momentum: momentum.values, decays: fanIn > 0 });
  }
  let statistics: Tensors = new Map([...job.state].filter(([name]) => isStatistic(name)));
  await engine.activate();
  let steps = 0;
  let images = 0;
  let correct = 0;
  let lossSum = 0;
  for await (const batch of job.batches) {
    job.signal?.throwIfAborted();
    const byPart = modelTrainsByPart(engine, network.cost, "spec.train.batch", batch.count);
    const drop = stream(job.dropPath.seed, "drop path", job.dropPath.epoch, steps);
    const { outcome, gradients, seen } = differentiateModel(job, batch, state, drop, byPart);
    if (!Number.isFinite(outcome.loss)) throw diverged(job.rate);
    sgdStep(weights, gradients, { rate: job.rate, ...optimizer });
    statistics = updateStatistics(statistics, seen);
    steps += 1;
    images += batch.count;
    correct += outcome.correct;
    lossSum += outcome.loss * batch.count;
    job.onStep?.({ steps, images, loss: outcome.loss });
    await yieldUnlessAborted(job.signal);
  }
  if (steps === 0) throw emptySplit("train");
  return { state: new Map([...state, ...statistics]), loss: lossSum / images, images, correct };
};

/** The running statistics of a batch norm, beside its weights. */
export const isStatistic = (name: string): boolean => /\.(mean|variance)$/.test(name);

type Differentiated = {
  readonly outcome: Loss;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly seen: BatchStatistics;
};

const differentiateModel = (
  job: ModelEpochJob,
  batch: Batch,
  state: Tensors,
  drop: Stream,
  byPart: boolean,
): Differentiated => {
  const { network, input, normalization, dropPath, rate } = job;
  const { height, width, channels } = input;
  let result: Differentiated | undefined;
  tidy(() => {
    const images = tensor4d(normalizeImages(batch, input, normalization), [batch.count, height, width, channels]);
    const weights = uploadWeights(network.parameters, state);
    const { probability } = dropPath;
    const mode = { training: true, rate, dropPath: { probability, stream: drop } } as const;
    result = (byPart ? differentiateParts : differentiateWhole)(job, { images, labels: batch.labels, weights, mode });
  });
  if (result === undefined) throw new RangeError("a step has gradients"); // tidy runs what it is given.
  return result;
};

/** What a step is computed from. */
type Step = {
  readonly images: Tensor4D;
  readonly labels: ArrayLike<number>;
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly mode: Mode & { readonly training: true };
};

const differentiateWhole = (
  { network, loss }: ModelEpochJob,
  { images, labels, weights, mode }: Step,
): Differentiated => {
  const gradients = new Map<string, Float32Array>();
  let outcome: Loss = { loss: Number.NaN, correct: 0, gradient: new Float32Array() };
  let seen: BatchStatistics = new Map();
  const { grads } = tfjs().gradients<Tensor>(
    () => {
      const { logits, auxiliary, statistics } = network.forward(images, weights, mode);
      seen = statistics;
      const found =
        auxiliary === null
          ? lossOf(logits, labels, loss.smoothing)
          : lossWithAuxiliary(logits, auxiliary, labels, { weight: loss.auxiliary, smoothing: loss.smoothing });
      outcome = found.outcome;
      return found.value;
    },
    [...weights.values()],
    undefined,
    true,
  );
  [...weights.keys()].forEach((name, index) => {
    // The engine leaves a gap where the loss does not depend on a tensor, whatever its types say.
    const gradient = grads[index];
    if (gradient != null) gradients.set(name, new Float32Array(gradient.dataSync()));
  });
  return { outcome, gradients, seen };
};

/** The same with the activations of one part at a time: equal but for the order of sums. */
const differentiateParts = (
  { network, loss }: ModelEpochJob,
  { images, labels, weights, mode }: Step,
): Differentiated => {
  const { parts, netOf, statistics, auxiliary } = network.byPart(weights, mode);
  const lossOfLogits = (logits: Tensor4D) => lossOf(logits, labels, loss.smoothing);
  const { outcome, gradients } = differentiateByPart<DerivedLayers<Tensor4D>>(
    {
      ...{ parts, netOf, images, lossOfLogits },
      head: auxiliary && {
        name: "auxiliary",
        reads: auxiliary.reads,
        loss: (net, value) => lossOf(auxiliary.logits(net, value), labels, loss.smoothing, loss.auxiliary).value,
      },
    },
    weights,
  );
  return { outcome, gradients, seen: statistics };
};

const diverged = (rate: number) =>
  invalidInput(
    "spec.train.rate",
    rate,
    "a rate at which the loss stays finite",
    "The loss is no number any more: lower spec.train.rate, or spec.weights.clip.",
  );
