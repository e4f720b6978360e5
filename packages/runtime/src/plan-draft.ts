import { Arena } from "./arena.js";
import { type Graph, type GraphNode, type GraphWeights, IMAGE, type ValueShape } from "./graph.js";
import type { RuntimeKernel } from "./kernels.js";
import { groupsOf } from "./packed-weights.js";

/** An activation as numbers: where it is, and the bytes from a channel to the next. */
export type Planes = { readonly at: number; readonly plane: number };
/** An activation as bits: the byte of its first pixel, that of its piece of memory, and the bytes from 8 channels to the next 8. */
export type Bits = { readonly at: number; readonly piece: number; readonly plane: number };

/** A step: a kernel and what it is called with. What needs no kernel is a function of the memory. */
export type Step =
  | { readonly kernel: RuntimeKernel; readonly numbers: readonly number[] }
  | ((memory: { readonly numbers: Float32Array; readonly bytes: Uint8Array }) => void);

/** A node with weights: a convolution. */
export type WeightedNode = Extract<GraphNode, { readonly weights: GraphWeights }>;
/** A convolution by signs. */
export type SignConvolution = WeightedNode & { readonly weights: Extract<GraphWeights, { readonly kind: "signs" }> };
/** A norm: factor * x + offset by channel. */
export type Norm = { readonly factor: Float32Array; readonly offset: Float32Array };

/** Pixels of a plane: a multiple of 16. */
export const pixelsOf = ({ height, width }: ValueShape): number => groupsOf(height * width, 16) * 16;

/** Bytes of a plane of numbers: a row that is not a multiple of 8 pixels is written beyond its end. */
export const planeBytes = (shape: ValueShape): number => 4 * (pixelsOf(shape) + (shape.width % 8 === 0 ? 0 : 16));

/** A plan while it is made: steps, constants, and where each value lies. */
export class PlanDraft {
  readonly steps: Step[] = [];
  readonly constants: (readonly [at: number, data: Uint8Array])[] = [];
  readonly #arena = new Arena(64);
  readonly #shapes: ReadonlyMap<string, ValueShape>;
  readonly #planes = new Map<string, Planes>();
  readonly #bits = new Map<string, Bits>();
  /** Constants that several steps share. */
  readonly #shared = new Map<string, number>();
  #scratch: { readonly at: number; readonly bytes: number } = { at: 0, bytes: 0 };

  constructor({ input, nodes }: Graph) {
    this.#shapes = new Map([[IMAGE, input], ...nodes.map(({ name, shape }) => [name, shape] as const)]);
  }

  /** Bytes that the memory must have. */
  get bytes(): number {
    return this.#arena.bytes;
  }

  step(kernel: RuntimeKernel, ...numbers: readonly number[]): void {
    this.steps.push({ kernel, numbers });
  }

  /** The address of something that is there before the first step. */
  constant(data: ArrayBufferView): number {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const at = this.#arena.keep(bytes.length);
    this.constants.push([at, bytes]);
    return at;
  }

  /** The address of a constant that all who name it share. */
  once(key: string, data: () => ArrayBufferView): number {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const at = this.constant(data());
    this.#shared.set(key, at);
    return at;
  }

  /** Memory that a step may use and the next one too. */
  lend(bytes: number): number {
    if (bytes > this.#scratch.bytes) this.#scratch = { at: this.#arena.take(bytes), bytes };
    return this.#scratch.at;
  }

  shape(name: string): ValueShape {
    const shape = this.#shapes.get(name);
    if (shape === undefined) throw new RangeError(`no value is called ${name}`);
    return shape;
  }

  takePlanes(shape: ValueShape): Planes {
    const plane = planeBytes(shape);
    return { at: this.#arena.take(shape.channels * plane), plane };
  }

  newPlanes(name: string, shape: ValueShape): Planes {
    const planes = this.takePlanes(shape);
    this.#planes.set(name, planes);
    return planes;
  }

  /** Planes of so many bytes each. */
  takeBytes(channels: number, plane: number): Planes {
    return { at: this.#arena.take(channels * plane), plane };
  }

  /** Bits have room before and after them: taps outside the image read there, and what they read does not count. */
  takeBits(shape: ValueShape): Bits {
    const plane = pixelsOf(shape);
    const margin = groupsOf(4 * shape.width + 4, 16) * 16;
    const piece = this.#arena.take(2 * margin + groupsOf(shape.channels, 8) * plane);
    return { at: piece + margin, piece, plane };
  }

  newBits(name: string, shape: ValueShape): Bits {
    const bits = this.takeBits(shape);
    this.#bits.set(name, bits);
    return bits;
  }

  /** Memory that no step behind those that there are reads. */
  give(taken: Planes | Bits): void {
    this.#arena.give("piece" in taken ? taken.piece : taken.at);
  }

  /** A value that no step behind those that there are reads. */
  giveValue(name: string): void {
    const [planes, bits] = [this.#planes.get(name), this.#bits.get(name)];
    if (planes !== undefined) this.give(planes);
    if (bits !== undefined) this.give(bits);
  }

  /** Whether a value is known as bits. */
  hasBits(name: string): boolean {
    return this.#bits.has(name);
  }

  bitsOf(name: string): Bits {
    const bits = this.#bits.get(name);
    if (bits === undefined) throw new RangeError(`${name} has no bits`);
    return bits;
  }

  /** A value as numbers; where it is bits, they are unpacked once. */
  planesOf(name: string): Planes {
    const known = this.#planes.get(name);
    if (known !== undefined) return known;
    const bits = this.#bits.get(name);
    if (bits === undefined) throw new RangeError(`${name} is not computed yet`);
    const shape = this.shape(name);
    const planes = this.newPlanes(name, shape);
    this.step("unpackSigns", bits.at, bits.plane, shape.channels, pixelsOf(shape), planes.at, planes.plane);
    return planes;
  }
}
