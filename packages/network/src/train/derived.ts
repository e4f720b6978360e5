import { invalidInput } from "@bnas/errors";
import { EPSILON } from "@bnas/kernels";
import {
  type Genotype,
  nth,
  type Space,
  type Spec,
  type Stream,
  spaceOfGenotype,
  type Tensors,
  type TensorValue,
} from "@bnas/search";
import { type Tensor, type Tensor4D, tensor } from "@tensorflow/tfjs-core";
import { type Cost, costOf } from "../cost/cost.js";
import { initialWeights } from "../cost/parameters.js";
import { type Parameter, type Shape, type TracingLayers, traceParts, tracingLayers } from "../cost/trace.js";
import { type BatchStatistics, derivedLayers, type Mode } from "../engine/derived-layers.js";
import { auxiliaryHead } from "../paper/auxiliary-head.js";
import { type DerivedLayers, derivedCell } from "../paper/derived-cell.js";
import { stackOf } from "../paper/networks.js";
import { type Part, runParts } from "../paper/parts.js";
import type { InputShape, Stack } from "../paper/stack.js";
import { tensorValue } from "../paper/state.js";
import type { NetworkByPart } from "./by-part.js";

export type DerivedOptions = {
  readonly cells: number;
  readonly channels: number;
  readonly stem: Spec["network"]["stem"];
  readonly binarize: Spec["binarize"];
  /** By which method weights get one bit. Left out: xnor. */
  readonly binarizer?: Spec["binarizer"];
  /** With the head that helps training (auxiliary-head.ts). */
  readonly auxiliary: boolean;
  /** Where the genotype is not of DARTS' form, the space that it is of. */
  readonly space?: Space;
  /** Of what a scale of 1-bit weights is the mean. Left out: of a tensor, as in the authors' code. */
  readonly xnor?: Spec["conventions"]["xnor"];
  /** Added to the variance of every batch norm, above 0. Left out: 1e-5, as in a search; the authors' test script sets 1e-3. */
  readonly epsilon?: number;
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
  /** The same while training, part by part: what by-part.ts needs. */
  byPart(weights: ReadonlyMap<string, Tensor>, mode: Mode & { readonly training: true }): DerivedByPart;
};

/** A derived network in parts that can be run again. */
export type DerivedByPart = Pick<NetworkByPart<DerivedLayers<Tensor4D>>, "parts" | "netOf"> & {
  /** Of the batch; complete when every part and the auxiliary head have run. */
  readonly statistics: BatchStatistics;
  /** The part that the auxiliary head reads, and its logits [b,1,1,classes]; null without such a head. */
  readonly auxiliary: {
    readonly reads: string;
    readonly logits: (net: DerivedLayers<Tensor4D>, value: Tensor4D) => Tensor4D;
  } | null;
};

/**
 * Stack a genotype: DARTS' and the authors' network has 20 cells of 36 channels for CIFAR-10.
 * @throws InvalidInput for an epsilon that is not above 0
 */
export const buildDerived = (genotype: Genotype, options: DerivedOptions, input: InputShape): DerivedNetwork => {
  const { binarize, binarizer = "xnor", xnor = "tensor", epsilon = EPSILON } = options;
  requireEpsilon(epsilon);
  const { stack, space } = stacked(genotype, options, input);
  const layers = () => tracingLayers({ binarize, binarizer, xnor, affine: "all" });
  const trace = traceParts(derivedParts(stack, space, genotype), input, layers);
  const parameters = [
    ...trace.parameters,
    ...(options.auxiliary ? auxiliaryParameters(stack, space, genotype, input, layers()) : []),
  ];
  return {
    parameters,
    cost: costOf(trace),
    initialState: (seed) => new Map(parameters.map((parameter) => [parameter.name, initialWeights(seed, parameter)])),
    forward(images, weights, mode) {
      const statistics: BatchStatistics = new Map();
      const net = derivedLayers({ binarize, binarizer, xnor, epsilon }, tensorsIn(weights), mode, statistics);
      let auxiliary: Tensor4D | null = null;
      const logits = runParts(derivedParts<Tensor4D>(stack, space, genotype), net, images, (value, part) => {
        const helped = options.auxiliary && mode.training && part.name === helpedCell(stack);
        if (helped) auxiliary = auxiliaryHead(net, value, stack.classes);
      });
      return { logits, auxiliary, statistics };
    },
    byPart(weights, mode) {
      const statistics: BatchStatistics = new Map();
      const tensorOf = tensorsIn(weights);
      const draws = drawsByPart(mode.dropPath.stream);
      return {
        parts: derivedParts<Tensor4D>(stack, space, genotype),
        netOf: (part, time) => {
          const dropPath = { ...mode.dropPath, stream: draws(part) };
          // A batch is noted once.
          const seen: BatchStatistics = time === "first" ? statistics : new Map();
          return derivedLayers({ binarize, binarizer, xnor, epsilon }, tensorOf, { ...mode, dropPath }, seen);
        },
        statistics,
        auxiliary: options.auxiliary
          ? { reads: helpedCell(stack), logits: (net, value) => auxiliaryHead(net, value, stack.classes) }
          : null,
      };
    },
  };
};

const tensorsIn =
  (weights: ReadonlyMap<string, Tensor>) =>
  (name: string): Tensor => {
    const found = weights.get(name);
    if (found === undefined) throw new RangeError(`the derived network has no tensor ${name}`);
    return found;
  };

/** What a stream gives to each part, which is given again when the part runs again. */
const drawsByPart = (stream: Pick<Stream, "next">): ((part: string) => Pick<Stream, "next">) => {
  const drawn = new Map<string, number[]>();
  return (part) => {
    const known = drawn.get(part) ?? [];
    drawn.set(part, known);
    let place = 0;
    return {
      next: () => {
        const value = known[place] ?? stream.next();
        known[place++] = value;
        return value;
      },
    };
  };
};

/** A channel of equal values would be divided by 0, and a negative one has no root. */
const requireEpsilon = (epsilon: number): void => {
  if (epsilon > 0 && Number.isFinite(epsilon)) return;
  throw invalidInput("epsilon", epsilon, "a number above 0", "PyTorch's batch norm has 1e-5; the authors set 1e-3.");
};

/**
 * The parts of a derived network, without the auxiliary head, over any kind of value: `runParts` runs them.
 * @throws InvalidInput as `buildDerived` does
 */
export const derivedPartsOf = <T>(
  genotype: Genotype,
  options: DerivedOptions,
  input: InputShape,
): readonly Part<T, DerivedLayers<T>>[] => {
  const { stack, space } = stacked(genotype, options, input);
  return derivedParts(stack, space, genotype);
};

const stacked = (
  genotype: Genotype,
  options: DerivedOptions,
  input: InputShape,
): { readonly stack: Stack; readonly space: Space } => {
  const space = options.space ?? spaceOfGenotype(genotype);
  return { stack: stackOf(options, input, space), space };
};

const derivedParts = <T>(stack: Stack, space: Space, genotype: Genotype): readonly Part<T, DerivedLayers<T>>[] =>
  stack.parts((net, plan, inputs) => derivedCell(net, plan, space, genotype, inputs));

const auxiliaryParameters = (
  stack: Stack,
  space: Space,
  genotype: Genotype,
  input: InputShape,
  layers: TracingLayers,
): readonly Parameter[] => {
  runParts(derivedParts<Shape>(stack, space, genotype), layers, input, (value, part) => {
    if (part.name === helpedCell(stack)) auxiliaryHead(layers, value, stack.classes);
  });
  return layers.trace().parameters.filter(({ name }) => name.startsWith("auxiliary."));
};

/** The auxiliary head reads the cell at 2/3 of the depth. */
const helpedCell = ({ places }: Stack): string => nth(places, Math.floor((2 * places.length) / 3));

/** Weights as tensors of the engine in use, by name. The code that uploads also disposes. */
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
