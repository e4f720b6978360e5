import { type Graph, IMAGE, type ValueShape } from "@bnas/model";
import { type ConvolutionNode, isConvolution } from "../form/convolution-node.js";

import { blockOffsets } from "./block-offsets.js";
import { cArray, cFloat, packBits } from "./c-literals.js";
import { type CStep, cStepsOf } from "./c-step.js";
import { scheduled, spansOf } from "./schedule.js";
import { storageOf } from "./storage.js";

/** A network as calls of the functions of bnas_layers.h, in order. */
export type CProgram = {
  /** Constant arrays: weights and norms. */
  readonly constants: readonly string[];
  /** Statements, each a line. */
  readonly calls: readonly string[];
  /** What can be seen between the calls, in order. */
  readonly values: readonly { readonly name: string; readonly size: number }[];
  /** Floats of its memory. */
  readonly memory: number;
  /** Channels of the widest value. */
  readonly widest: number;
};

const READINGS = { identity: "BNAS_AS_IT_IS", relu: "BNAS_RELU", sign: "BNAS_SIGN" } as const;

/** Names of C in it: `image` and `logits` are arguments, `memory` and `pixel` arrays. */
export const cProgram = (graph: Graph): CProgram => {
  const unordered = cStepsOf(graph);
  const storage = storageOf(unordered);
  const steps = scheduled(unordered, storage);
  const { offsets, floats } = blockOffsets(storage.blocks, spansOf(steps, storage));
  const constants: string[] = [];
  const calls: string[] = [];
  const values: { readonly name: string; readonly size: number }[] = [];
  const shapes = new Map([[IMAGE, graph.input], ...graph.nodes.map(({ name, shape }) => [name, shape] as const)]);

  const view = (name: string): string => {
    const shape = shapes.get(name) ?? graph.input;
    if (name === IMAGE) return cMap("image", shape, shape.channels);
    if (name === graph.nodes.at(-1)?.name) return cMap("logits", shape, shape.channels);
    const { block, channel } = storage.places.get(name) ?? { block: -1, channel: 0 };
    return cMap(`memory + ${(offsets[block] ?? 0) + channel}`, shape, storage.blocks[block]?.pitch ?? 0);
  };
  const constant = (type: string, texts: readonly string[]): string => {
    const name = `c${constants.length}`;
    constants.push(cArray(type, name, texts));
    return name;
  };
  const numbers = (array: Float32Array): string => constant("float", Array.from(array, cFloat));
  const weights = ({ weights: w }: ConvolutionNode): string =>
    w.kind === "signs"
      ? `(bnas_weights){${constant("unsigned char", Array.from(packBits(w.values), String))}, NULL}`
      : `(bnas_weights){NULL, ${numbers(w.values)}}`;
  const see = (name: string, map: string, { height, width, channels }: ValueShape): void => {
    calls.push(`BNAS_SEEN("${name}", (${map}));`);
    values.push({ name, size: height * width * channels });
  };
  const stemOf = ({ stem }: CStep): string => {
    if (stem === undefined) return "NULL";
    const { conv, norm } = stem;
    const numbersOf = [weights(conv), numbers(norm.factor), numbers(norm.offset)].join(", ");
    return `&(bnas_stem){${view(IMAGE)}, ${conv.kind === "pointwise" ? 1 : conv.stride}, ${numbersOf}}`;
  };

  const convolve = (step: CStep, node: ConvolutionNode, x: string, y: string): void => {
    const reading = READINGS[step.reading];
    if (node.kind === "depthwise") {
      const { kernel, stride, dilation } = node;
      calls.push(`bnas_depthwise(${x}, ${y}, ${reading}, ${kernel}, ${stride}, ${dilation}, ${weights(node)});`);
    } else if (node.kind === "conv3x3") {
      calls.push(`bnas_conv3x3(${x}, ${y}, ${reading}, ${node.stride}, ${weights(node)});`);
    } else {
      const from = step.stem === undefined ? x : cMap("NULL", step.stem.norm.shape, 0);
      const rest = `${node.stride}, ${node.offset}, ${weights(node)}, ${stemOf(step)}, pixel`;
      calls.push(`bnas_pointwise(${from}, ${y}, ${reading}, ${rest});`);
    }
    if (node.weights.kind === "signs" && node.weights.alpha !== 1) {
      const { alpha } = node.weights;
      calls.push(
        typeof alpha === "number"
          ? `bnas_scale(${y}, ${cFloat(alpha)});`
          : `bnas_scale_channels(${y}, ${numbers(alpha)});`,
      );
    }
  };

  const call = (step: CStep): void => {
    const { node, inputs } = step;
    const [x = "", ...others] = inputs.map(view);
    const y = view(node.name);
    if (isConvolution(node)) {
      convolve(step, node, x, y);
      return;
    }
    switch (node.kind) {
      case "affine":
        calls.push(`bnas_affine(${x}, ${y}, ${numbers(node.factor)}, ${numbers(node.offset)});`);
        break;
      case "threshold":
        calls.push(`bnas_threshold(${x}, ${y}, ${constant("int", Array.from(node.at, String))});`);
        break;
      case "relu":
      case "sign":
        calls.push(`bnas_${node.kind}(${x}, ${y});`);
        break;
      case "sum":
        for (const [index, other] of others.entries()) calls.push(`bnas_add(${index === 0 ? x : y}, ${other}, ${y});`);
        break;
      case "concat":
        calls.push(...copies(node.name, inputs));
        break;
      case "zeros":
        calls.push(`bnas_zeros(${y});`);
        break;
      case "shuffle":
        calls.push(`bnas_shuffle(${x}, ${y}, ${node.groups});`);
        break;
      case "maxPool":
        calls.push(`bnas_max_pool(${x}, ${y}, ${node.size}, ${node.stride});`);
        break;
      case "avgPool":
        calls.push(`bnas_avg_pool(${x}, ${y}, ${node.stride});`);
        break;
      case "globalAveragePool":
        calls.push(`bnas_global_average_pool(${x}, ${y});`);
        break;
      case "linear": {
        const tensors = `${numbers(node.weight.values)}, ${numbers(node.bias)}`;
        calls.push(`bnas_linear(${x}, ${y}, ${READINGS[step.reading]}, ${tensors});`);
      }
    }
  };
  /** Of what does not lie there already. */
  const copies = (name: string, inputs: readonly string[]): readonly string[] => {
    const to = storage.places.get(name) ?? { block: -1, channel: 0 };
    const pitch = storage.blocks[to.block]?.pitch ?? 0;
    let { channel } = to;
    return inputs.flatMap((input) => {
      const shape = shapes.get(input) ?? graph.input;
      const at = channel;
      channel += shape.channels;
      const from = storage.places.get(input);
      if (from?.block === to.block && from.channel === at) return [];
      return [`bnas_copy(${view(input)}, ${cMap(`memory + ${(offsets[to.block] ?? 0) + at}`, shape, pitch)});`];
    });
  };

  for (const step of steps) {
    call(step);
    if (step.node.kind !== "linear") see(step.node.name, view(step.node.name), step.node.shape);
  }
  const widest = graph.nodes.reduce((most, { shape }) => Math.max(most, shape.channels), graph.input.channels);
  return { constants, calls, values, memory: floats, widest };
};

const cMap = (at: string, { height, width, channels }: ValueShape, pitch: number): string =>
  `(bnas_map){${at}, ${height}, ${width}, ${channels}, ${pitch}}`;
