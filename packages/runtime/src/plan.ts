import { Arena } from "./arena.js";
import { type Graph, type GraphNode, type GraphWeights, IMAGE, type ValueShape } from "./graph.js";
import type { RuntimeKernel } from "./kernels.js";
import {
  convolutionWeights,
  depthwiseLimits,
  depthwiseSigns,
  depthwiseWeights,
  groupsOf,
  signSumPlaces,
  xnorWeights,
} from "./packed-weights.js";
import { borderOf, countInside, insideOf, offsetsOf, TAPS_2X2, type Taps, tapsAround } from "./windows.js";

/** An activation as numbers: where it is, and the bytes from a channel to the next. */
export type Planes = { readonly at: number; readonly plane: number };
/** An activation as bits: the byte of its first pixel, that of its piece of memory, and the bytes from 8 channels to the next 8. */
type Bits = { readonly at: number; readonly piece: number; readonly plane: number };

/** A step: a kernel and what it is called with. What needs no kernel is a function of the memory. */
export type Step =
  | { readonly kernel: RuntimeKernel; readonly numbers: readonly number[] }
  | ((memory: { readonly numbers: Float32Array; readonly bytes: Uint8Array }) => void);

/** A network as steps with all addresses, decided before it runs. */
export type NetworkPlan = {
  readonly steps: readonly Step[];
  /** What the memory holds before the first step, by address. */
  readonly constants: readonly (readonly [at: number, data: Uint8Array])[];
  readonly bytes: number;
  readonly image: Planes;
  readonly result: Planes;
};

type Convolution = Extract<GraphNode, { readonly weights: GraphWeights }>;
type Signs = Extract<GraphWeights, { readonly kind: "signs" }>;
/** A node that is computed with the one that reads it. */
type Waiting = Convolution & { readonly weights: Signs };

const pixelsOf = ({ height, width }: ValueShape): number => groupsOf(height * width, 16) * 16;
/** Bytes of a plane of numbers: a row that is not a multiple of 8 pixels is written beyond its end. */
const planeBytes = (shape: ValueShape): number => 4 * (pixelsOf(shape) + (shape.width % 8 === 0 ? 0 : 16));

/** Where everything of a graph lies, and what is computed in which order. */
export const planNetwork = (graph: Graph): NetworkPlan => new Planner(graph).plan();

class Planner {
  readonly #graph: Graph;
  readonly #arena = new Arena(64);
  readonly #steps: Step[] = [];
  readonly #constants: (readonly [number, Uint8Array])[] = [];
  readonly #shapes: ReadonlyMap<string, ValueShape>;
  readonly #readers = new Map<string, GraphNode[]>();
  /** How often each value is still read. */
  readonly #left = new Map<string, number>();
  readonly #planes = new Map<string, Planes>();
  readonly #bits = new Map<string, Bits>();
  readonly #waiting = new Map<string, Waiting>();
  /** Constants that several steps share. */
  readonly #shared = new Map<string, number>();
  #scratch: { readonly at: number; readonly bytes: number } = { at: 0, bytes: 0 };

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#shapes = new Map([[IMAGE, graph.input], ...graph.nodes.map(({ name, shape }) => [name, shape] as const)]);
    for (const node of graph.nodes) {
      for (const name of node.inputs) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
    }
    for (const [name, readers] of this.#readers) this.#left.set(name, readers.length);
  }

  plan(): NetworkPlan {
    const image = this.#newPlanes(IMAGE, this.#graph.input);
    for (const node of this.#graph.nodes) this.#node(node);
    const last = this.#graph.nodes.at(-1)?.name ?? IMAGE;
    return {
      steps: this.#steps,
      constants: this.#constants,
      bytes: this.#arena.bytes,
      image,
      result: this.#planesOf(last),
    };
  }

  #node(node: GraphNode): void {
    if ("weights" in node && node.weights.kind === "signs" && this.#waits(node)) {
      this.#waiting.set(node.name, { ...node, weights: node.weights });
      return; // Its input stays until its reader is computed.
    }
    this.#compute(node);
    for (const name of node.inputs) this.#read(name);
  }

  /** A value is read once less; its memory is free after the last time. */
  #read(name: string): void {
    const left = (this.#left.get(name) ?? 0) - 1;
    this.#left.set(name, left);
    if (left > 0) return;
    const [planes, bits] = [this.#planes.get(name), this.#bits.get(name)];
    if (planes !== undefined) this.#arena.give(planes.at);
    if (bits !== undefined) this.#arena.give(bits.piece);
    for (const input of this.#waiting.get(name)?.inputs ?? []) this.#read(input);
  }

  /** Whether a convolution by signs is computed together with what reads it: one norm, sign or threshold. */
  #waits(node: Convolution): boolean {
    const [reader, another] = this.#readers.get(node.name) ?? [];
    if (reader === undefined || another !== undefined) return false;
    const ofBits = this.#bits.has(node.inputs[0] ?? "");
    // No network of bnas has one: it is computed in numbers, which are as exact.
    if (node.kind === "conv3x3" && node.stride === 2) return false;
    if (reader.kind === "sign" || reader.kind === "threshold") return ofBits;
    return reader.kind === "affine" && (ofBits ? node.kind !== "depthwise" : node.kind === "pointwise");
  }

  #step(kernel: RuntimeKernel, ...numbers: readonly number[]): void {
    this.#steps.push({ kernel, numbers });
  }

  #constant(data: ArrayBufferView): number {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const at = this.#arena.keep(bytes.length);
    this.#constants.push([at, bytes]);
    return at;
  }

  #once(key: string, data: () => ArrayBufferView): number {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const at = this.#constant(data());
    this.#shared.set(key, at);
    return at;
  }

  /** Memory that a step may use and the next one too. */
  #lend(bytes: number): number {
    if (bytes > this.#scratch.bytes) this.#scratch = { at: this.#arena.take(bytes), bytes };
    return this.#scratch.at;
  }

  #shape(name: string): ValueShape {
    const shape = this.#shapes.get(name);
    if (shape === undefined) throw new RangeError(`no value is called ${name}`);
    return shape;
  }

  #takePlanes(shape: ValueShape): Planes {
    const plane = planeBytes(shape);
    return { at: this.#arena.take(shape.channels * plane), plane };
  }

  #newPlanes(name: string, shape: ValueShape): Planes {
    const planes = this.#takePlanes(shape);
    this.#planes.set(name, planes);
    return planes;
  }

  /** Bits have room before and after them: taps outside the image read there, and what they read does not count. */
  #takeBits(shape: ValueShape): Bits {
    const plane = pixelsOf(shape);
    const margin = groupsOf(4 * shape.width + 4, 16) * 16;
    const piece = this.#arena.take(2 * margin + groupsOf(shape.channels, 8) * plane);
    return { at: piece + margin, piece, plane };
  }

  #newBits(name: string, shape: ValueShape): Bits {
    const bits = this.#takeBits(shape);
    this.#bits.set(name, bits);
    return bits;
  }

  #planesOf(name: string): Planes {
    const known = this.#planes.get(name);
    if (known !== undefined) return known;
    const bits = this.#bits.get(name);
    if (bits === undefined) throw new RangeError(`${name} is not computed yet`);
    const shape = this.#shape(name);
    const planes = this.#newPlanes(name, shape);
    this.#step("unpackSigns", bits.at, bits.plane, shape.channels, pixelsOf(shape), planes.at, planes.plane);
    return planes;
  }

  #compute(node: GraphNode): void {
    const { shape } = node;
    const [x = IMAGE] = node.inputs;
    const from = this.#shape(x);
    const waiting = this.#waiting.get(x);
    switch (node.kind) {
      case "sign":
      case "threshold": {
        const at = node.kind === "sign" ? new Int32Array(shape.channels) : node.at;
        if (waiting !== undefined) this.#thresholds(waiting, at, node.name);
        else this.#signs(x, from, node.kind === "sign" ? undefined : at, node.name);
        return;
      }
      case "affine":
        if (waiting !== undefined) this.#normed(waiting, node.factor, node.offset, node.name);
        else this.#affine(this.#planesOf(x), node, this.#newPlanes(node.name, shape));
        return;
      case "depthwise":
        this.#depthwise(node, this.#planesOf(x), from);
        return;
      case "pointwise":
        this.#pointwise(node, this.#planesOf(x), from);
        return;
      case "conv3x3":
        this.#conv3x3(node, this.#planesOf(x), from);
        return;
      case "relu": {
        const [a, y] = [this.#planesOf(x), this.#newPlanes(node.name, shape)];
        this.#step("relu", a.at, (shape.channels * a.plane) / 4, y.at);
        return;
      }
      case "sum":
        this.#sum(node);
        return;
      case "maxPool":
      case "avgPool":
        this.#pool(node, this.#planesOf(x), from);
        return;
      default:
        this.#plain(node, this.#planesOf(x), from);
    }
  }

  /** What needs no kernel. */
  #plain(node: GraphNode, x: Planes, from: ValueShape): void {
    const y = this.#newPlanes(node.name, node.shape);
    const { channels } = node.shape;
    switch (node.kind) {
      case "concat": {
        let to = y.at;
        for (const name of node.inputs) {
          const [part, size] = [this.#planesOf(name), this.#shape(name).channels * y.plane];
          const at = to;
          this.#steps.push(({ bytes }) => bytes.copyWithin(at, part.at, part.at + size));
          to += size;
        }
        return;
      }
      case "zeros":
        this.#steps.push(({ bytes }) => bytes.fill(0, y.at, y.at + channels * y.plane));
        return;
      case "shuffle": {
        const part = channels / node.groups;
        this.#steps.push(({ bytes }) => {
          for (let c = 0; c < channels; c++) {
            const source = x.at + ((c % node.groups) * part + Math.floor(c / node.groups)) * x.plane;
            bytes.copyWithin(y.at + c * y.plane, source, source + x.plane);
          }
        });
        return;
      }
      case "globalAveragePool": {
        const pixels = from.height * from.width;
        this.#steps.push(({ numbers }) => {
          for (let c = 0; c < channels; c++) {
            const first = (x.at + c * x.plane) >> 2;
            let sum = 0;
            for (let p = first; p < first + pixels; p++) sum = Math.fround(sum + (numbers[p] ?? 0));
            numbers[(y.at + c * y.plane) >> 2] = sum / pixels;
          }
        });
        return;
      }
      case "linear": {
        const { weight, bias } = node;
        this.#steps.push(({ numbers }) => {
          for (let o = 0; o < channels; o++) {
            let sum = 0;
            for (let c = 0; c < from.channels; c++) {
              const value = numbers[(x.at + c * x.plane) >> 2] ?? 0;
              sum = Math.fround(sum + Math.fround(value * (weight.values[c * channels + o] ?? 0)));
            }
            numbers[(y.at + o * y.plane) >> 2] = sum + (bias[o] ?? 0);
          }
        });
        return;
      }
      default:
        throw new RangeError(`${node.kind} is computed elsewhere`);
    }
  }

  #affine(x: Planes, norm: { readonly factor: Float32Array; readonly offset: Float32Array }, y: Planes): void {
    const [factor, offset] = [this.#constant(norm.factor), this.#constant(norm.offset)];
    this.#step("affine", x.at, x.plane, norm.factor.length, factor, offset, y.at);
  }

  /** Signs of numbers, or where whole numbers are not below a threshold. */
  #signs(x: string, shape: ValueShape, at: Int32Array | undefined, name: string): void {
    let planes = this.#planesOf(x);
    let mine: Planes | undefined;
    if (at !== undefined) {
      mine = this.#takePlanes(shape);
      const offset = Float32Array.from(at, (least) => -least);
      this.#affine(planes, { factor: new Float32Array(at.length).fill(1), offset }, mine);
      planes = mine;
    }
    const y = this.#newBits(name, shape);
    this.#step("packSigns", planes.at, planes.plane, shape.channels, pixelsOf(shape), y.at, y.plane);
    if (mine !== undefined) this.#arena.give(mine.at);
  }

  #sum(node: GraphNode): void {
    const y = this.#newPlanes(node.name, node.shape);
    const count = (node.shape.channels * y.plane) / 4;
    const [first = "", ...rest] = node.inputs;
    let sum = this.#planesOf(first).at;
    for (const name of rest) {
      this.#step("add", sum, this.#planesOf(name).at, count, y.at);
      sum = y.at;
    }
  }

  /** A convolution of signs by signs, compared with thresholds. */
  #thresholds(node: Waiting, at: Int32Array, name: string): void {
    const [x = ""] = node.inputs;
    const from = this.#shape(x);
    if (node.kind === "depthwise") {
      this.#depthwiseBits(node, from, at, name);
      return;
    }
    const { shape } = node;
    const outs = groupsOf(shape.channels, 8) * 8;
    const least = Int16Array.from({ length: outs }, (_, o) => at[o] ?? 32767);
    this.#xnor(node, (numbers) => {
      const y = this.#newBits(name, shape);
      const scratch = this.#lend(128);
      this.#step("xnorThreshold", ...numbers, this.#constant(least), y.at, y.plane, scratch);
    });
  }

  /** A convolution by signs, and the norm that reads it. */
  #normed(node: Waiting, factor: Float32Array, offset: Float32Array, name: string): void {
    const [x = ""] = node.inputs;
    if (!this.#bits.has(x)) {
      if (node.kind !== "pointwise") throw new RangeError(`${node.name} does not wait`);
      this.#signSums(node, this.#planesOf(x), { factor, offset }, name);
      return;
    }
    this.#xnor(node, (numbers) => {
      const y = this.#newPlanes(name, node.shape);
      const [f, o] = [this.#constant(factor), this.#constant(offset)];
      this.#step("xnorAffine", ...numbers, f, o, y.at, y.plane, this.#lend(128));
    });
  }

  /** What both kinds of sums of signs over channels are called with first: from the bits to the terms of a sum. */
  #xnor(node: Waiting, emit: (numbers: readonly number[]) => void): void {
    const [name = ""] = node.inputs;
    const whole = this.#shape(name);
    const ins = whole.channels;
    const bytes = groupsOf(ins, 8);
    const taps = node.kind === "conv3x3" ? tapsAround(3) : tapsAround(1);
    const strides = node.kind === "pointwise" && node.stride === 2;
    const bits = strides ? this.#strided(name, node.offset, node.shape) : this.#bitsOf(name);
    const shape = strides ? { ...node.shape, channels: ins } : whole;
    const pixels = pixelsOf(shape);
    const outs = node.shape.channels;
    const w = this.#constant(xnorWeights(node.weights.values, taps.length, ins, outs));
    const key = `${shape.height}x${shape.width}`;
    const isWindow = taps.length > 1;
    const offsets = isWindow
      ? this.#once(`offsets.3.1.${shape.width}`, () => Int32Array.from(offsetsOf(taps, shape.width)))
      : 0;
    const mask = isWindow ? this.#mask(taps, shape, `3.1.${key}`) : 0;
    const terms = this.#once(`terms.${taps.length}.${ins}.${key}`, () =>
      Int16Array.from(countInside(insideOf(taps, shape, pixels), pixels), (count) => ins * count),
    );
    const numbers = [bits.at, bits.plane, bytes, pixels, taps.length, offsets, mask, w, outs, terms];
    emit(numbers);
    if (strides) this.#arena.give(bits.piece);
  }

  #bitsOf(name: string): Bits {
    const bits = this.#bits.get(name);
    if (bits === undefined) throw new RangeError(`${name} has no bits`);
    return bits;
  }

  /** Every second pixel of bits. */
  #strided(name: string, first: number, to: ValueShape): Bits {
    const from = this.#shape(name);
    const bits = this.#bitsOf(name);
    const y = this.#takeBits({ ...to, channels: from.channels });
    const bytes = groupsOf(from.channels, 8);
    this.#step("strideBits", bits.at, bits.plane, bytes, from.width, first, to.height, to.width, y.at, y.plane);
    return y;
  }

  #mask(taps: Taps, shape: ValueShape, key: string): number {
    return this.#once(`mask.${key}`, () => {
      const inside = insideOf(taps, shape, pixelsOf(shape));
      return Uint8Array.from(inside.flatMap((tap) => [...tap].map((one) => -one)));
    });
  }

  #depthwiseBits(node: Extract<Waiting, { kind: "depthwise" }>, from: ValueShape, at: Int32Array, name: string): void {
    const bits = this.#bitsOf(node.inputs[0] ?? "");
    const { kernel, dilation, stride } = node;
    const taps = tapsAround(kernel, dilation);
    const pixels = pixelsOf(from);
    const key = `${kernel}.${dilation}.${from.height}x${from.width}`;
    const offsets = this.#once(`offsets.${kernel}.${dilation}.${from.width}`, () =>
      Int32Array.from(offsetsOf(taps, from.width)),
    );
    const outside = this.#once(`outside.${key}`, () => {
      const counts = countInside(insideOf(taps, from, pixels), pixels);
      const planes = [0, 1, 2, 3, 4].map((bit) => counts.map((count) => -(((taps.length - count) >> bit) & 1)));
      return Uint8Array.from(planes.flat());
    });
    const groups = groupsOf(from.channels, 8);
    const w = this.#constant(depthwiseSigns(node.weights.values, taps.length, from.channels));
    const limits = this.#constant(depthwiseLimits(at, taps.length, from.channels));
    const all = stride === 1 ? this.#newBits(name, from) : this.#takeBits(from);
    const numbers = [bits.at, bits.plane, groups, pixels, taps.length, offsets, this.#mask(taps, from, key), outside];
    this.#step("depthwiseBits", ...numbers, w, limits, all.at, all.plane);
    if (stride === 1) return;
    const y = this.#newBits(name, node.shape);
    const { height, width } = node.shape;
    this.#step("strideBits", all.at, all.plane, groups, from.width, 0, height, width, y.at, y.plane);
    this.#arena.give(all.piece);
  }

  #signSums(
    node: Extract<Convolution, { kind: "pointwise" }>,
    x: Planes,
    { factor, offset }: { readonly factor: Float32Array; readonly offset: Float32Array },
    name: string,
  ): void {
    const from = this.#shape(node.inputs[0] ?? "");
    const [ins, outs] = [from.channels, node.shape.channels];
    const read = node.stride === 2 ? this.#stridedPlanes(x, from, node.offset, node.shape) : x;
    const places = this.#constant(signSumPlaces(node.weights.values, ins, outs));
    const y = this.#newPlanes(name, node.shape);
    const [f, o] = [this.#constant(factor), this.#constant(offset)];
    const table = this.#lend(1024 * groupsOf(ins, 4));
    this.#step("signSums", read.at, read.plane, ins, pixelsOf(node.shape), places, outs, f, o, y.at, y.plane, table);
    if (read !== x) this.#arena.give(read.at);
  }

  /** Every second pixel of numbers. */
  #stridedPlanes(x: Planes, from: ValueShape, first: number, to: ValueShape): Planes {
    const y = this.#takePlanes({ ...to, channels: from.channels });
    this.#step("stride", x.at, x.plane, from.channels, from.width, first, to.height, to.width, y.at, y.plane);
    return y;
  }

  #pointwise(node: Extract<GraphNode, { kind: "pointwise" }>, x: Planes, from: ValueShape): void {
    const [ins, outs] = [from.channels, node.shape.channels];
    if (node.weights.kind === "signs") {
      const norm = { factor: new Float32Array(outs).fill(1), offset: new Float32Array(outs) };
      this.#signSums(node, x, norm, node.name);
      return;
    }
    const read = node.stride === 2 ? this.#stridedPlanes(x, from, node.offset, node.shape) : x;
    const w = this.#constant(convolutionWeights(node.weights.values, 1, ins, outs));
    const offsets = this.#once("offsets.1", () => Int32Array.of(0));
    const y = this.#newPlanes(node.name, node.shape);
    const pixels = pixelsOf(node.shape);
    this.#step("convolve", read.at, read.plane, 0, ins, 1, pixels, 1, offsets, w, outs, y.at, y.plane);
    if (read !== x) this.#arena.give(read.at);
  }

  #conv3x3(node: Extract<GraphNode, { kind: "conv3x3" }>, x: Planes, from: ValueShape): void {
    const taps = tapsAround(3);
    const outs = node.shape.channels;
    const w = this.#constant(convolutionWeights(node.weights.values, taps.length, from.channels, outs));
    this.#windows(node, x, from, taps, 0, (read, offsets, y) => {
      const { height, width } = from;
      const row = 4 * (width + 2);
      const numbers = [read.at, read.plane, row, from.channels, height, width, taps.length, offsets, w, outs];
      this.#step("convolve", ...numbers, y.at, y.plane);
    });
  }

  #depthwise(node: Extract<GraphNode, { kind: "depthwise" }>, x: Planes, from: ValueShape): void {
    const taps = tapsAround(node.kernel, node.dilation);
    const w = this.#constant(depthwiseWeights(node.weights.values, taps.length, from.channels));
    this.#windows(node, x, from, taps, 0, (read, offsets, y) => {
      const { height, width, channels } = from;
      const row = 4 * (width + 2 * borderOf(taps));
      this.#step(
        "depthwise",
        read.at,
        read.plane,
        row,
        channels,
        height,
        width,
        taps.length,
        offsets,
        w,
        y.at,
        y.plane,
      );
    });
  }

  #pool(node: Extract<GraphNode, { kind: "maxPool" | "avgPool" }>, x: Planes, from: ValueShape): void {
    const mean = node.kind === "avgPool";
    const taps = mean || node.size === 3 ? tapsAround(3) : TAPS_2X2;
    const counts = mean
      ? this.#once(`counts.${from.height}x${from.width}`, () =>
          Float32Array.from(countInside(insideOf(taps, from, planeBytes(from) / 4), planeBytes(from) / 4)),
        )
      : 0;
    this.#windows(
      node,
      x,
      from,
      taps,
      mean ? 0 : Number.NEGATIVE_INFINITY,
      (read, offsets, y, { height, width, channels }) => {
        const row = 4 * (from.width + 2 * borderOf(taps));
        const numbers = [read.at, read.plane, row, channels, height, width, taps.length, offsets, counts];
        this.#step("pool", ...numbers, y.at, y.plane);
      },
    );
  }

  /** Computes windows of an image with a border, everywhere; and leaves every second pixel where the stride is 2. */
  #windows(
    node: Extract<GraphNode, { readonly stride: 1 | 2 }>,
    x: Planes,
    from: ValueShape,
    taps: Taps,
    fill: number,
    emit: (read: Planes, offsets: number, y: Planes, computed: ValueShape) => void,
  ): void {
    const border = borderOf(taps);
    const { height, width, channels } = from;
    const row = width + 2 * border;
    // The kernels read up to 7 pixels beyond the last row.
    const plane = 4 * groupsOf((height + 2 * border) * row + 8, 4) * 4;
    const padded = { at: this.#arena.take(channels * plane), plane };
    this.#step("pad", x.at, x.plane, channels, height, width, border, fill, padded.at, plane);
    const key = `offsets.${border}.${width}.${taps.map((tap) => `${tap.row},${tap.column}`)}`;
    const offsets = this.#once(key, () => Int32Array.from(offsetsOf(taps, row, border), (offset) => 4 * offset));
    const all = node.stride === 1 ? node.shape : { ...from, channels: node.shape.channels };
    const y = node.stride === 1 ? undefined : this.#takePlanes(all);
    emit(padded, offsets, y ?? this.#newPlanes(node.name, all), all);
    this.#arena.give(padded.at);
    if (y === undefined) return;
    const to = this.#newPlanes(node.name, node.shape);
    const shape = node.shape;
    this.#step("stride", y.at, y.plane, shape.channels, width, 0, shape.height, shape.width, to.at, to.plane);
    this.#arena.give(y.at);
  }
}
