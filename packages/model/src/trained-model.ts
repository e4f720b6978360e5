import { withoutProjections } from "@bnas/network";
import {
  binarizeOf,
  lastOfModel,
  type ModelProgress,
  outcomesOf,
  type Provenance,
  type Search,
  type Spec,
  seedOfModel,
  spaceOf,
  type Tensors,
} from "@bnas/search";
import type { ModelConfig } from "./model.js";

/** What of a dataset a model keeps. */
export type ModelData = {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: readonly string[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly digest: string;
};

/** The networks of a search's answer that were trained, in the order of their seeds. */
export const trainedModels = (search: Search): readonly ModelProgress[] =>
  search.answer === undefined
    ? []
    : search.models.filter((model) => model.variant === "answer" && lastOfModel(model) !== undefined);

/** The folder of a trained network in that of its search: `model`, and of further seeds `model-2`, `model-3`, ... */
export const modelFolderName = ({ repeat }: Pick<ModelProgress, "repeat">): string =>
  repeat === 0 ? "model" : `model-${repeat + 1}`;

/**
 * A network that a search trained, as it was after its last epoch: all but its tensors, and the checkpoint that has them.
 * @throws RangeError for one that was not trained
 */
export const trainedModel = (
  search: Search,
  spec: Spec,
  model: ModelProgress,
  data: ModelData,
  provenance: Provenance,
): { readonly config: ModelConfig; readonly checkpoint: string } => {
  const checkpoint = lastOfModel(model);
  if (search.answer === undefined || checkpoint === undefined)
    throw new RangeError(`model ${model.model} was not trained`);
  const outcome = outcomesOf(search).find((one) => one.model === model.model);
  const { cells, channels, epsilon } = spec.train;
  const space = spaceOf(spec);
  const config: ModelConfig = {
    genotype: search.answer.genotype,
    // A genotype in DARTS' form says of what space it is.
    ...(space.name === "darts" ? {} : { space }),
    network: {
      cells,
      channels,
      stem: spec.network.stem,
      binarize: binarizeOf(spec, model.variant),
      // A model of one scale a convolution has the same bytes as before there were others.
      ...(spec.conventions.xnor === "tensor" ? {} : { xnor: spec.conventions.xnor }),
      epsilon,
    },
    input: { height: data.height, width: data.width, channels: data.channels },
    classes: data.classes,
    normalization: { mean: data.mean, std: data.std },
    origin: {
      ...madeByOf(provenance),
      search: search.id,
      dataset: spec.dataset,
      datasetDigest: provenance.datasetDigest ?? data.digest,
      checkpoint,
      seed: seedOfModel(spec, model.repeat),
      epochs: outcome?.epochs ?? 0,
      ...(spec.binarizer === "xnor" ? {} : { binarizer: spec.binarizer }),
      ...(outcome === undefined ? {} : { testCorrect: outcome.correct, testTotal: outcome.total }),
    },
  };
  return { config, checkpoint };
};

/** Who trained: the engine and code of most jobs of the search; nothing where its facts do not say. */
const madeByOf = ({ makers }: Provenance): Readonly<Record<string, string | number>> => {
  const [maker] = makers;
  if (maker === undefined) return {};
  const { engine, code } = maker;
  const alike = makers.length === 1 ? {} : { makers: makers.length };
  return { code: `bnas ${code.version}`, codeDigest: code.digest, engineDigest: engine.digest, ...alike };
};

/** Whether a tensor of a checkpoint is of the network that is used: neither momentum nor the head that helped to train it. */
export const isOfModel = (name: string): boolean => !name.startsWith("momentum/") && !name.startsWith("auxiliary.");

/**
 * The tensors of the network that is used, of a checkpoint of its training. One of `binarizer: pcnn` has no projections any more: they are
 * in the signs of its weights, and it is a 1-bit network as any other.
 */
export const tensorsOfModel = (checkpoint: Tensors): Tensors =>
  withoutProjections(new Map([...checkpoint].filter(([name]) => isOfModel(name))));
