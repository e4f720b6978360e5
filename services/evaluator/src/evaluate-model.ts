import { type Engine, evaluateModel, isStatistic, type ModelEvaluation, modelNetwork } from "@bnas/network";
import { type DatasetServiceClient, Split } from "@bnas/proto";
import { describeData, evaluationBatches } from "@bnas/rpc";
import { binarizeOf, type FactOf, type Spec, spaceOf } from "@bnas/search";
import { type BlobStore, loadCheckpoint } from "@bnas/store";

/** A trained epoch of a model: what was asked for, and the checkpoint that came of it. */
export type ModelEvaluationTask = {
  readonly spec: Spec;
  readonly requested: Pick<FactOf<"model.epoch.requested">, "genotype" | "variant">;
  readonly checkpoint: string;
};

/** Answers of a model on the test images. */
export const evaluateModelTask = async (
  { spec, requested, checkpoint }: ModelEvaluationTask,
  mesh: { readonly engine: Engine; readonly store: BlobStore; readonly dataset: DatasetServiceClient },
  signal: AbortSignal,
): Promise<ModelEvaluation> => {
  const { input, normalization, description } = await describeData(mesh.dataset, spec);
  const binarize = binarizeOf(spec, requested.variant);
  const network = modelNetwork(spec, { genotype: requested.genotype, binarize, space: spaceOf(spec) }, input);
  const weights = new Set(network.parameters.map(({ name }) => name));
  return evaluateModel(mesh.engine, {
    network,
    input,
    normalization,
    state: await loadCheckpoint(mesh.store, checkpoint, (name) => weights.has(name) || isStatistic(name)),
    batches: evaluationBatches(mesh.dataset, spec, {
      split: Split.SPLIT_TEST,
      images: description.testImages,
      batch: spec.train.batch,
      signal,
    }),
    signal,
  });
};
