import { invalidInput } from "@bnas/errors";
import type { InputMap, WeightMap } from "@bnas/kernels";
import type { DerivedLayers } from "../paper/derived-cell.js";
import type { Binarize, Binarizer, PartialChannels, Xnor } from "../paper/layers.js";
import { type Part, runParts } from "../paper/parts.js";
import { projectionName, projectionShape } from "../paper/projection.js";
import { Liveness } from "./liveness.js";

/** An activation of one image. */
export type Shape = { readonly height: number; readonly width: number; readonly channels: number };

/** A tensor that is trained. */
export type Parameter = {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * Of each value, to store the network for inference: 1 where the forward pass uses the signs and a scale, or one for each output channel;
   * 0 of a projection, which is in the signs.
   */
  readonly bits: 0 | 1 | 32;
  /** How many scales the forward pass uses: 0 where it uses the weights as they are. */
  readonly scales: number;
  /** Inputs that each output sums over: bounds the initial values. 0 for the scale and shift of a norm, and for a projection. */
  readonly fanIn: number;
  /** Positions of an image at which every value is used once: multiply-adds = size * positions. */
  readonly positions: number;
};

/** What a network is, without computing it. */
export type Trace = {
  readonly parameters: readonly Parameter[];
  /** Most floats an image that are alive at once in a pass without gradients, which lets go at the end of every scope. */
  readonly forwardFloats: number;
  /** Most floats an image that are alive at once in a training step: what the tape keeps, and passing gradients. */
  readonly trainingFloats: number;
  /** The same where every part is computed again for its gradient (by-part.ts). */
  readonly trainingByPartFloats: number;
};

export type TracingLayers = DerivedLayers<Shape> & { readonly trace: () => Omit<Trace, "trainingByPartFloats"> };

/** Traces a network, and each of its parts alone. @param layers makes layers that have seen nothing yet */
export const traceParts = (
  parts: readonly Part<Shape, DerivedLayers<Shape>>[],
  image: Shape,
  layers: () => TracingLayers,
): Trace => {
  const whole = layers();
  const values = [image];
  runParts(parts, whole, image, (value) => values.push(value));
  const alone = parts.map((part) => {
    const net = layers();
    part.run(
      net,
      part.reads.map((index) => values[index] ?? image),
    );
    return net.trace().trainingFloats;
  });
  return { ...whole.trace(), trainingByPartFloats: sizes(values) + Math.max(...alone) };
};

/** Which layers a network has, as far as its size depends on it. */
export type TracedLayers = {
  readonly binarize: Binarize;
  readonly binarizer: Binarizer;
  readonly xnor: Xnor;
  /** Which norms have a scale and a shift. */
  readonly affine: "all" | "stem" | "none";
};

/** Layers that list the parameters of a network, and count what it makes, in the order in which it is computed. */
export const tracingLayers = ({ binarize, binarizer, xnor, affine }: TracedLayers): TracingLayers => {
  const parameters = new Map<string, Parameter>();
  const liveness = new Liveness(size);
  const addParameter = (parameter: Parameter): void => {
    if (parameters.has(parameter.name)) throw new Error(`two parameters are called ${parameter.name}`);
    parameters.set(parameter.name, parameter);
  };
  /** A result, and what the gradient of the layer that made it reads again. */
  const made = (y: Shape, ...readAgain: readonly Shape[]): Shape => {
    liveness.made(y, readAgain);
    return y;
  };
  /** A convolution's result. With signs on both sides and scales by channel, the scaled sums are another one. */
  const convolved = (y: Shape, x: Shape, { input, weight }: ConvolutionMaps): Shape => {
    const sums = made(y, x);
    return weight === "xnor" && input === "sign" && xnor === "channel" ? made({ ...sums }) : sums;
  };
  /** The weights of a convolution, whose output channels are their last axis; those of PCNN with their projection. */
  const addWeights = (
    name: string,
    shape: readonly number[],
    weight: WeightMap,
    sums: Pick<Parameter, "fanIn" | "positions">,
  ): void => {
    addParameter({ name, shape, ...scalesOf(weight, shape.at(-1) ?? 1), ...sums });
    if (weight === "real" || binarizer === "xnor") return;
    const projection = { name: projectionName(name), shape: projectionShape(shape) };
    addParameter({ ...projection, bits: 0, scales: 0, fanIn: 0, positions: 0 });
  };
  const scalesOf = (weight: WeightMap, channels: number): Pick<Parameter, "bits" | "scales"> => {
    if (weight === "real") return { bits: 32, scales: 0 };
    return { bits: 1, scales: xnor === "channel" ? channels : 1 };
  };
  const summed = (xs: readonly Shape[]): Shape => {
    liveness.summed(xs);
    return made({ ...first(xs) }, ...xs);
  };

  const maxPool = (x: Shape, stride: 1 | 2): Shape => {
    const winner = strided(x, stride);
    return made({ ...made(winner, winner) });
  };
  const seen = new Map<Shape, PartialChannels<Shape>>();
  const partsOf = (x: Shape, partial: number, stride: 1 | 2): PartialChannels<Shape> => {
    if (partial === 1) return { passing: x, bypass: null };
    const channels = x.channels / partial;
    const passing = made({ ...x, channels });
    const rest = made({ ...x, channels: x.channels - channels });
    return { passing, bypass: stride === 2 ? maxPool(rest, stride) : rest };
  };

  return {
    binarize,
    depthwise(name, x, { kernel, stride, ...maps }) {
      const y = strided(x, stride);
      const shape = [kernel, kernel, x.channels];
      addWeights(name, shape, maps.weight, { fanIn: kernel * kernel, positions: pixels(y) });
      return convolved(y, x, maps);
    },
    pointwise(name, x, { out, stride, ...maps }) {
      if (stride === 2) requireEvenSides(name, x);
      const y = { ...strided(x, stride), channels: out };
      addWeights(name, [x.channels, out], maps.weight, { fanIn: x.channels, positions: pixels(y) });
      return convolved(y, x, maps);
    },
    conv3x3(name, x, { out, stride, ...maps }) {
      const y = { ...strided(x, stride), channels: out };
      addWeights(name, [3, 3, x.channels, out], maps.weight, { fanIn: 9 * x.channels, positions: pixels(y) });
      return convolved(y, x, maps);
    },
    relu: (x) => made({ ...x }, x),
    norm(name, x, options) {
      const scaled = affine === "all" || (affine === "stem" && options?.stem === true);
      if (scaled) {
        for (const part of ["scale", "shift"]) {
          addParameter({ name: `${name}.${part}`, shape: [x.channels], bits: 32, scales: 0, fanIn: 0, positions: 0 });
        }
      }
      const y = { ...x };
      return scaled ? made({ ...y }, made(y, y)) : made(y, y);
    },
    maxPool: (x, { stride }) => maxPool(x, stride),
    avgPool: (x, { stride }) => made(strided(x, stride)),
    mix: (_, xs) => summed(xs),
    sum: (xs) => summed(xs),
    concat: (xs) => made({ ...first(xs), channels: xs.reduce((sum, x) => sum + x.channels, 0) }),
    partial(x, { partial, stride }) {
      const parts = seen.get(x) ?? partsOf(x, partial, stride);
      seen.set(x, parts);
      return parts;
    },
    each: (x, operations) => operations.map((operation) => operation(x)),
    shuffle: (x) => made({ ...x }),
    zeros: (x, { channels, stride }) => made({ ...strided(x, stride), channels }),
    globalAveragePool: (x) => made({ height: 1, width: 1, channels: x.channels }),
    linear(name, x, { out }) {
      const shape = [x.channels, out];
      addParameter({ name: `${name}.weight`, shape, bits: 32, scales: 0, fanIn: x.channels, positions: 1 });
      addParameter({ name: `${name}.bias`, shape: [out], bits: 32, scales: 0, fanIn: x.channels, positions: 0 });
      return made({ height: 1, width: 1, channels: out }, x);
    },
    dropPath: (x) => made({ ...x }),
    auxiliaryPool: (x) => made({ height: 2, width: 2, channels: x.channels }, x),
    flatten: (x) => made({ height: 1, width: 1, channels: size(x) }),
    scope: (f) => liveness.scope(f),
    trace: () => ({
      parameters: [...parameters.values()],
      forwardFloats: liveness.evaluating,
      trainingFloats: liveness.training,
    }),
  };
};

export const countOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** What a convolution makes of its input and its weights. */
type ConvolutionMaps = { readonly input: InputMap; readonly weight: WeightMap };

const pixels = (x: Shape): number => x.height * x.width;
const size = (x: Shape): number => pixels(x) * x.channels;
const sizes = (xs: readonly Shape[]): number => xs.reduce((sum, x) => sum + size(x), 0);
const strided = (x: Shape, stride: 1 | 2): Shape => ({
  height: Math.ceil(x.height / stride),
  width: Math.ceil(x.width / stride),
  channels: x.channels,
});

const first = (xs: readonly Shape[]): Shape => {
  const [x] = xs;
  if (x === undefined) throw new RangeError("a sum or concatenation of nothing");
  return x;
};

const requireEvenSides = (name: string, x: Shape): void => {
  if (x.height % 2 === 0 && x.width % 2 === 0) return;
  throw invalidInput(name, `${x.height}x${x.width}`, "an even height and width", "Choose another data.imageSize.");
};
