import { AnswerCounter, type AnswerReport } from "@bnas/model";
import { type Engine, evaluateModel, isProjection, isStatistic, modelNetwork } from "@bnas/network";
import type { DatasetServiceClient, Split } from "@bnas/proto";
import { describeData, evaluationBatches } from "@bnas/rpc";
import { type Genotype, type Spec, spaceOf } from "@bnas/search";
import { type BlobStore, loadCheckpoint } from "@bnas/store";
import { imagesIn } from "./evaluate-sample.js";

/** A network that is stacked from a genotype, and a checkpoint that was trained from it. */
export type ModelEvaluationTask = {
  readonly spec: Spec;
  readonly genotype: Genotype;
  readonly binarize: Spec["binarize"];
  readonly checkpoint: string;
  readonly split: Split;
};

/** What the model answers to the images of a split. */
export const evaluateModelTask = async (
  { spec, genotype, binarize, checkpoint, split }: ModelEvaluationTask,
  mesh: { readonly engine: Engine; readonly store: BlobStore; readonly dataset: DatasetServiceClient },
  signal: AbortSignal,
): Promise<AnswerReport> => {
  const { input, normalization, description } = await describeData(mesh.dataset, spec);
  const network = modelNetwork(spec, { genotype, binarize, space: spaceOf(spec) }, input);
  const weights = new Set(network.parameters.map(({ name }) => name));
  // Projections of a checkpoint of another binarizer, too: that they are there is refused.
  const isRead = (name: string): boolean => weights.has(name) || isStatistic(name) || isProjection(name);
  const counter = new AnswerCounter(description.classes);
  await evaluateModel(mesh.engine, {
    network,
    input,
    normalization,
    state: await loadCheckpoint(mesh.store, checkpoint, isRead),
    batches: evaluationBatches(mesh.dataset, spec, {
      split,
      images: imagesIn(description, split),
      batch: spec.train.batch,
      signal,
    }),
    onLogits: (logits, labels) => counter.add(logits, labels),
    signal,
  });
  return counter.report();
};
