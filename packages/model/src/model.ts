import { invalidInput, type Path } from "@bnas/errors";
import { buildDerived, type DerivedNetwork, type DerivedOptions } from "@bnas/network";
import type { Genotype, Space, Spec, Tensors, TensorValue } from "@bnas/search";

/** A trained network: who it is, and its tensors. */
export type Model = {
  readonly genotype: Genotype;
  /** Where the genotype is not of DARTS' form. */
  readonly space?: Space;
  readonly network: {
    readonly cells: number;
    readonly channels: number;
    readonly stem: Spec["network"]["stem"];
    readonly binarize: Spec["binarize"];
    /** Of what a scale of 1-bit weights is the mean. Left out: of all weights of a convolution. */
    readonly xnor?: Spec["conventions"]["xnor"] | undefined;
    /** Added to the variance in every batch norm. */
    readonly epsilon: number;
  };
  /** Of its images. */
  readonly input: { readonly height: number; readonly width: number; readonly channels: number };
  /** The names of its classes, in the order of the logits. */
  readonly classes: readonly string[];
  /** Of every channel, of pixels scaled to [0, 1]: the network sees (pixel / 255 - mean) / std. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** Where it is from, for people: search, engine, digest of data, seed, epochs. Nothing reads it. */
  readonly origin: Readonly<Record<string, string | number>>;
  /** Real-valued weights, not yet binarized, by the names of the derived network; `${norm}.mean` and `${norm}.variance` of every norm. */
  readonly tensors: Tensors;
};

/** A model without its tensors. */
export type ModelConfig = Omit<Model, "tensors">;

/** How the network of a model is built. */
export const derivedOptionsOf = ({ network, space }: ModelConfig): DerivedOptions => ({
  cells: network.cells,
  channels: network.channels,
  stem: network.stem,
  binarize: network.binarize,
  ...(network.xnor === undefined ? {} : { xnor: network.xnor }),
  epsilon: network.epsilon,
  auxiliary: false,
  ...(space === undefined ? {} : { space }),
});

/** The images of a model, and the number of its classes. */
export const inputShapeOf = ({ input, classes }: ModelConfig) => ({ ...input, classes: classes.length });

/** The network of a model, ready to compute with its tensors. */
export const networkOf = (config: ModelConfig): DerivedNetwork =>
  buildDerived(config.genotype, derivedOptionsOf(config), inputShapeOf(config));

const HINT = "Take the model that bnas train left, as it is.";

/**
 * That a model has the tensors of its network, and no other: finite, and no variance below 0.
 * @param where how the caller calls the tensors: errors name `model.safetensors.stem.conv`
 * @throws InvalidInput with the tensor's name and what was expected
 */
export const checkTensors = (model: Model, where: string | Path = "tensors"): void => {
  const path = typeof where === "string" ? [where] : where;
  const expected = tensorShapes(model);
  for (const [name, shape] of expected) checkTensor(model.tensors.get(name), shape, [...path, name]);
  for (const [name, { shape }] of model.tensors) {
    if (expected.has(name)) continue;
    throw invalidInput([...path, name], shape, "no tensor of this name: the network has none", HINT);
  }
};

/** The names and shapes of all tensors of a network: its parameters, and the running statistics of each norm. */
const tensorShapes = (model: Model): ReadonlyMap<string, readonly number[]> => {
  const shapes = new Map<string, readonly number[]>();
  for (const { name, shape } of buildDerived(model.genotype, derivedOptionsOf(model), inputShapeOf(model)).parameters) {
    shapes.set(name, shape);
    const norm = /^(.*)\.scale$/.exec(name)?.[1];
    if (norm === undefined) continue;
    shapes.set(`${norm}.mean`, shape);
    shapes.set(`${norm}.variance`, shape);
  }
  return shapes;
};

const checkTensor = (tensor: TensorValue | undefined, shape: readonly number[], path: Path): void => {
  const size = shape.reduce((product, side) => product * side, 1);
  if (tensor === undefined || String(tensor.shape) !== String(shape) || tensor.values.length !== size) {
    throw invalidInput(path, tensor?.shape ?? "missing", `a tensor of shape [${shape}]`, HINT);
  }
  const least = String(path.at(-1)).endsWith(".variance") ? 0 : Number.NEGATIVE_INFINITY;
  const place = tensor.values.findIndex((value) => !Number.isFinite(value) || value < least);
  if (place === -1) return;
  throw invalidInput(
    [...path, place],
    String(tensor.values[place]),
    least === 0 ? "a finite number from 0" : "a finite number",
    "The training of this network went wrong: take an earlier checkpoint.",
  );
};
