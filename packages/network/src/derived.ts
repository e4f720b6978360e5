import type { Genotype, Spec, Tensors, TensorValue } from "@bnas/search";
import { type Tensor, type Tensor4D, tensor } from "@tensorflow/tfjs-core";
import { auxiliaryHead } from "./auxiliary-head.js";
import { type Cost, costOf } from "./cost.js";
import { type DerivedLayers, derivedCell } from "./derived-cell.js";
import { type BatchStatistics, derivedLayers, type Mode } from "./derived-layers.js";
import { initialWeights } from "./parameters.js";
import { head, type InputShape, type Stack, stackOf, stem } from "./stack.js";
import { tensorValue } from "./state.js";
import { type Parameter, tracingLayers } from "./trace.js";

export type DerivedOptions = {
  readonly cells: number;
  readonly channels: number;
  readonly stem: Spec["network"]["stem"];
  readonly binarize: Spec["binarize"];
  /** With the head that helps training (auxiliary-head.ts). */
  readonly auxiliary: boolean;
};

/** The network stacked from a genotype, to be trained from scratch (paper.md section 5). */
export type DerivedNetwork = {
  /** All that is trained, the auxiliary head's (`auxiliary.*`) included. */
  readonly parameters: readonly Parameter[];
  /** Of the network that is used: without the auxiliary head. */
  readonly cost: Cost;
  /** Weights before training, by seed and name alone. */
  initialState(seed: number): Tensors;
  /** Logits [b,1,1,classes] of images [b,h,w,channels]; with an auxiliary head, and while training, those of it too. */
  forward(
    images: Tensor4D,
    weights: ReadonlyMap<string, Tensor>,
    mode: Mode,
  ): { readonly logits: Tensor4D; readonly auxiliary: Tensor4D | null; readonly statistics: BatchStatistics };
};

/** Stack a genotype: DARTS' and the authors' network has 20 cells of 36 channels for CIFAR-10. */
export const buildDerived = (genotype: Genotype, options: DerivedOptions, input: InputShape): DerivedNetwork => {
  const stack = stackOf(options, input);
  const traced = (auxiliary: boolean) => {
    const layers = tracingLayers(options.binarize, { affine: true });
    derivedForward(layers, stack, genotype, auxiliary, input);
    return layers.trace();
  };
  const { parameters } = traced(options.auxiliary);
  return {
    parameters,
    cost: costOf(traced(false)),
    initialState: (seed) => new Map(parameters.map((parameter) => [parameter.name, initialWeights(seed, parameter)])),
    forward(images, weights, mode) {
      const statistics: BatchStatistics = new Map();
      const tensorOf = (name: string): Tensor => {
        const found = weights.get(name);
        if (found === undefined) throw new RangeError(`the derived network has no tensor ${name}`);
        return found;
      };
      const layers = derivedLayers(options.binarize, tensorOf, mode, statistics);
      const outputs = derivedForward(layers, stack, genotype, options.auxiliary && mode.training, images);
      return { ...outputs, statistics };
    },
  };
};

const derivedForward = <T>(
  net: DerivedLayers<T>,
  stack: Stack,
  genotype: Genotype,
  auxiliary: boolean,
  image: T,
): { readonly logits: T; readonly auxiliary: T | null } => {
  let [before, last] = stem(net, stack, image);
  let helper: T | null = null;
  stack.cells.forEach((plan, index) => {
    [before, last] = [last, derivedCell(net, plan, genotype, [before, last])];
    if (auxiliary && index === Math.floor((2 * stack.cells.length) / 3))
      helper = auxiliaryHead(net, last, stack.classes);
  });
  return { logits: head(net, stack, last), auxiliary: helper };
};

/** Weights as tensors of the engine in use, by name. Whoever uploads disposes. */
export const uploadWeights = (parameters: readonly Parameter[], state: Tensors): Map<string, Tensor> =>
  new Map(
    parameters.map(({ name, shape }) => [name, tensor(tensorValue(state, name, shape).values, [...shape])] as const),
  );

/**
 * Running statistics after one more batch: 0.9 of the old and 0.1 of the batch's (PyTorch). Nothing yet counts as mean 0
 * and variance 1.
 */
export const updateStatistics = (running: Tensors, batch: BatchStatistics): Tensors =>
  new Map(
    [...batch].map(([name, { shape, values }]): [string, TensorValue] => {
      const old = running.get(name)?.values;
      const start = name.endsWith(".variance") ? 1 : 0;
      return [name, { shape, values: values.map((value, c) => 0.9 * (old?.[c] ?? start) + 0.1 * value) }];
    }),
  );
