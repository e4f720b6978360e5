import { type Engine, modelNetwork, trainModelEpoch } from "@bnas/network";
import type { DatasetServiceClient } from "@bnas/proto";
import { describeData, modelBatches } from "@bnas/rpc";
import {
  binarizeOf,
  dataEpoch,
  dropPathOf,
  type FactOf,
  type Spec,
  seedOfModel,
  spaceOf,
  trainRate,
} from "@bnas/search";
import { type BlobStore, loadCheckpoint, saveCheckpoint } from "@bnas/store";
import type { TrainStep } from "./train-job.js";

/** A fact that asks for an epoch of a model, with the spec of its search. */
export type ModelTask = { readonly spec: Spec; readonly fact: FactOf<"model.epoch.requested"> };

/** The result, all but what names the request. */
export type TrainedModelEpoch = Omit<FactOf<"model.epoch.trained">, "model" | "epoch">;

/**
 * Train an epoch of a derived network. A function of the fact, the spec and the blobs it names: done twice, it gives the same
 * checkpoint.
 */
export const trainModelJob = async (
  { spec, fact }: ModelTask,
  tools: { readonly engine: Engine; readonly store: BlobStore; readonly dataset: DatasetServiceClient },
  {
    signal,
    step,
    clock,
  }: { readonly signal: AbortSignal; readonly step: (step: TrainStep) => void; readonly clock: () => number },
): Promise<TrainedModelEpoch> => {
  const begun = clock();
  const { store, dataset, engine } = tools;
  const { train, weights } = spec;
  const { genotype, epoch, repeat, from } = fact;
  const { input, normalization } = await describeData(dataset, spec);
  const seed = seedOfModel(spec, repeat);
  const network = modelNetwork(
    spec,
    { genotype, binarize: binarizeOf(spec, fact.variant), space: spaceOf(spec) },
    input,
  );
  const { state, loss, images } = await trainModelEpoch(engine, {
    network,
    input,
    normalization,
    state: from === null ? network.initialState(seed) : await loadCheckpoint(store, from),
    rate: trainRate(train, epoch),
    optimizer: { momentum: weights.momentum, decay: train.decay, clip: weights.clip },
    loss: { auxiliary: train.auxiliary, smoothing: train.smoothing },
    dropPath: { probability: dropPathOf(train, epoch), seed, epoch },
    batches: modelBatches(dataset, spec, { epoch: dataEpoch(repeat, epoch), signal }),
    signal,
    onStep: step,
  });
  const checkpoint = await saveCheckpoint(store, from, state);
  return { kind: "model.epoch.trained", checkpoint, loss, images, seconds: Math.round(clock() - begun) / 1000 };
};
