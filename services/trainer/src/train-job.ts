import { cosineRate, type Engine, initialState, tensorNames, trainEpoch, trainPaths, trainSample } from "@bnas/network";
import { type DatasetServiceClient, Split } from "@bnas/proto";
import { describeData, trainingBatches } from "@bnas/rpc";
import { drawPaths, type FactOf, type Spec, type Tensors, trainsAsJob } from "@bnas/search";
import { type BlobStore, loadCheckpoint, saveCheckpoint } from "@bnas/store";

/** A fact that asks for training, with the spec of its search. */
export type EpochTask = { readonly spec: Spec; readonly fact: FactOf<"epoch.requested"> };
export type SampleTask = { readonly spec: Spec; readonly fact: FactOf<"sample.requested"> };

export type TrainStep = { readonly steps: number; readonly images: number; readonly loss: number };

/** The result, all but what names the request. */
export type TrainedEpoch = Omit<FactOf<"epoch.trained">, "stage" | "epoch" | "round">;
export type TrainedSample = Omit<FactOf<"sample.trained">, "round" | "pass" | "sample">;

type Tools = { readonly engine: Engine; readonly store: BlobStore; readonly dataset: DatasetServiceClient };
type Options = {
  readonly signal: AbortSignal;
  readonly step: (step: TrainStep) => void;
  readonly clock: () => number;
};

/**
 * Train an epoch of the supernet (Algorithm 1, lines 1 and 14).
 * A function of the fact, the spec and the blobs it names: done twice, it gives the same checkpoint.
 */
export const trainEpochJob = async (
  { spec, fact }: EpochTask,
  tools: Tools,
  options: Options,
): Promise<TrainedEpoch> => {
  const { store } = tools;
  const { shared, batches, seconds } = await prepare(spec, fact, tools, options);
  const { input } = shared;
  const names = new Set(tensorNames(spec, input, fact.candidates, { strengths: true }));
  const before: Tensors =
    fact.from === null ? initialState(spec, input) : await loadCheckpoint(store, fact.from, (name) => names.has(name));
  const batch = fact.stage === "warmup" ? spec.warmup.batch : spec.reduction.batch;
  const { candidates, job } = fact;
  const epoch = { ...shared, candidates, state: before, weightBatches: batches(Split.SPLIT_WEIGHT, batch) };
  const { changed, loss, images, alpha, beta } = await (spec.supernet === "paths"
    ? trainPaths(tools.engine, { ...epoch, networksOf: (step) => drawPaths(spec.seed, job, step, candidates) })
    : trainEpoch(tools.engine, {
        ...epoch,
        trainStrengths: fact.stage === "settle" || fact.epoch > spec.warmup.strengthsFrom,
        strengthBatches: batches(Split.SPLIT_STRENGTH, batch),
      }));
  const all: Tensors = fact.from === null ? new Map([...before, ...changed]) : changed;
  const checkpoint = await saveCheckpoint(store, fact.from, all);
  return { kind: "epoch.trained", checkpoint, loss, images, seconds: seconds(), alpha, beta };
};

/**
 * Train a sampled network (Algorithm 1, line 7). By the fair protocol it has the images, their order and the rate of its pass, and
 * the rate falls within the epoch. Done twice, it gives the same checkpoint.
 */
export const trainSampleJob = async (
  { spec, fact }: SampleTask,
  tools: Tools,
  options: Options,
): Promise<TrainedSample> => {
  const { store } = tools;
  const like = { job: trainsAsJob(spec, fact), jobs: fact.jobs };
  const { shared, batches, seconds, weightImages } = await prepare(spec, like, tools, options);
  const names = new Set(tensorNames(spec, shared.input, fact.network, { strengths: true }));
  const { changed, loss, images } = await trainSample(tools.engine, {
    ...shared,
    network: fact.network,
    state: await loadCheckpoint(store, fact.from, (name) => names.has(name)),
    batches: batches(Split.SPLIT_WEIGHT, spec.reduction.batch),
    ...(spec.protocol === "fair" ? { annealOver: Math.floor(weightImages / spec.reduction.batch) } : {}),
  });
  const checkpoint = await saveCheckpoint(store, fact.from, changed);
  return { kind: "sample.trained", checkpoint, loss, images, seconds: seconds() };
};

/** What both kinds of jobs need: the data, its batches, the rate of the job, and the time that it takes. */
const prepare = async (
  spec: Spec,
  { job, jobs }: { readonly job: number; readonly jobs: number },
  { dataset }: Tools,
  { signal, step, clock }: Options,
) => {
  const begun = clock();
  const { input, normalization, description } = await describeData(dataset, spec);
  const rate = cosineRate(spec.weights, job, jobs);
  return {
    shared: { spec, input, normalization, rate, signal, onStep: step },
    batches: (split: Split, batch: number) => trainingBatches(dataset, spec, { split, epoch: job, batch, signal }),
    weightImages: description.weightImages,
    seconds: () => Math.round(clock() - begun) / 1000,
  };
};
