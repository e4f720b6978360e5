import { type Engine, evaluateSample, isProjection, tensorNames } from "@bnas/network";
import { type DatasetServiceClient, type Evaluation, Split } from "@bnas/proto";
import { describeData, evaluationBatches } from "@bnas/rpc";
import type { CheckpointRef, Network, Spec } from "@bnas/search";
import { type BlobStore, loadCheckpoint } from "@bnas/store";

/** A network to evaluate, with the weights of a checkpoint. */
export type EvaluationTask = {
  readonly spec: Spec;
  readonly network: Network;
  readonly checkpoint: CheckpointRef;
  readonly split: Split;
};

/** Accuracy of a sampled network on the images of a split (Algorithm 1, line 8). */
export const evaluateTask = async (
  { spec, network, checkpoint, split }: EvaluationTask,
  mesh: { readonly engine: Engine; readonly store: BlobStore; readonly dataset: DatasetServiceClient },
  signal: AbortSignal,
): Promise<Evaluation> => {
  const { input, normalization, description } = await describeData(mesh.dataset, spec);
  const names = new Set(tensorNames(spec, input, network, { strengths: true, optimizer: false }));
  // Those of a checkpoint of pcnn, where the spec says xnor: that they are there is refused.
  const isOther = (name: string): boolean => spec.binarizer === "xnor" && isProjection(name);
  return evaluateSample(mesh.engine, {
    spec,
    input,
    normalization,
    network,
    state: await loadCheckpoint(mesh.store, checkpoint, (name) => names.has(name) || isOther(name)),
    batches: evaluationBatches(mesh.dataset, spec, { split, images: imagesIn(description, split), signal }),
    signal,
  });
};

/** Images of a split. */
export const imagesIn = (
  description: Awaited<ReturnType<typeof describeData>>["description"],
  split: Split,
): number => {
  switch (split) {
    case Split.SPLIT_WEIGHT:
      return description.weightImages;
    case Split.SPLIT_STRENGTH:
      return description.strengthImages;
    case Split.SPLIT_TRAIN:
      return description.trainImages;
    case Split.SPLIT_TEST:
      return description.testImages;
    case Split.SPLIT_REDUCTION:
    case Split.SPLIT_UNSPECIFIED:
      return description.reductionImages;
  }
};
