import { cosineRate, type Engine, initialState, tensorNames, trainEpoch, trainSample } from "@bnas/network";
import { type DatasetServiceClient, Split } from "@bnas/proto";
import { describeData, trainingBatches } from "@bnas/rpc";
import type { FactOf, Spec, Tensors } from "@bnas/search";
import { type BlobStore, loadCheckpoint, saveCheckpoint } from "@bnas/store";

/** A fact that asks for training, with the spec of its search. */
export type TrainJob = {
  readonly spec: Spec;
  readonly fact: FactOf<"epoch.requested"> | FactOf<"sample.requested">;
};

export type TrainStep = { readonly steps: number; readonly images: number; readonly loss: number };

/** The result, all but what names the request. */
export type TrainedJob =
  | Omit<FactOf<"epoch.trained">, "stage" | "epoch" | "round">
  | Omit<FactOf<"sample.trained">, "round" | "pass" | "sample">;

/**
 * Do one training job: an epoch of the supernet (Algorithm 1, lines 1 and 14) or of a sampled network (line 7).
 * A function of the fact, the spec and the blobs it names: done twice, it gives the same checkpoint.
 */
export const trainJob = async (
  { spec, fact }: TrainJob,
  mesh: { readonly engine: Engine; readonly store: BlobStore; readonly dataset: DatasetServiceClient },
  options: { readonly signal: AbortSignal; readonly step: (step: TrainStep) => void; readonly clock: () => number },
): Promise<TrainedJob> => {
  const begun = options.clock();
  const seconds = () => Math.round(options.clock() - begun) / 1000;
  const { engine, store, dataset } = mesh;
  const { input, normalization } = await describeData(dataset, spec);
  const rate = cosineRate(spec.weights, fact.job, fact.jobs);
  const shared = { spec, input, normalization, rate, signal: options.signal, onStep: options.step };
  const batches = (split: Split, batch: number) =>
    trainingBatches(dataset, spec, { split, epoch: fact.job, batch, signal: options.signal });

  if (fact.kind === "epoch.requested") {
    const names = new Set(tensorNames(spec, input, fact.candidates, { strengths: true }));
    const before: Tensors =
      fact.from === null
        ? initialState(spec, input)
        : await loadCheckpoint(store, fact.from, (name) => names.has(name));
    const batch = fact.stage === "warmup" ? spec.warmup.batch : spec.reduction.batch;
    const { changed, loss, images, alpha, beta } = await trainEpoch(engine, {
      ...shared,
      candidates: fact.candidates,
      state: before,
      trainStrengths: fact.stage === "settle" || fact.epoch > spec.warmup.strengthsFrom,
      weightBatches: batches(Split.SPLIT_WEIGHT, batch),
      strengthBatches: batches(Split.SPLIT_STRENGTH, batch),
    });
    const all: Tensors = fact.from === null ? new Map([...before, ...changed]) : changed;
    const checkpoint = await saveCheckpoint(store, fact.from, all);
    return { kind: "epoch.trained", checkpoint, loss, images, seconds: seconds(), alpha, beta };
  }

  const names = new Set(tensorNames(spec, input, fact.network, { strengths: true }));
  const { changed, loss, images } = await trainSample(engine, {
    ...shared,
    network: fact.network,
    state: await loadCheckpoint(store, fact.from, (name) => names.has(name)),
    batches: batches(Split.SPLIT_WEIGHT, spec.reduction.batch),
  });
  const checkpoint = await saveCheckpoint(store, fact.from, changed);
  return { kind: "sample.trained", checkpoint, loss, images, seconds: seconds() };
};
