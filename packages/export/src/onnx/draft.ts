import { asHalves } from "@bnas/model";
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType,
} from "../gen/onnx.js";
import { packInt2, pairSigns } from "./int2.js";
import { SharedConstants } from "./shared-constants.js";
import type { NodesAndConstants } from "./short-names.js";

/** NodeAttributes of a node: whole numbers, and lists of them. */
export type NodeAttributes = Readonly<Record<string, number | readonly number[]>>;

/** Fewer numbers than these lie in a tensor of their own, as they are. */
const FEWEST_PACKED = 8;

/** A graph of ONNX while it is written: each method gives the name of what it adds. */
export class Draft {
  readonly #nodes: NodeProto[] = [];
  readonly #constants = new Map<string, TensorProto>();
  readonly #known = new Set<string>();
  readonly #signs = new SharedConstants<Int8Array>();
  readonly #halves = new SharedConstants<Uint16Array>();
  readonly #packed: boolean;

  /** @param packed whether numbers that have 16 bits are kept in 16 (opset 13), and signs in one (opset 25) */
  constructor(packed = false) {
    this.#packed = packed;
  }

  /** The nodes in an order in which each input was made before it, and the constants that they read. */
  finish(): NodesAndConstants {
    const nodes = this.#nodes.splice(0);
    this.#unpackHalves();
    this.#unpackSigns();
    return { nodes: [...this.#nodes.splice(0), ...nodes], initializers: [...this.#constants.values()] };
  }

  /** A node with one result: the name of that is the node's. @param domain of its operator, "" for ONNX's own */
  node(opType: string, inputs: readonly string[], name: string, attributes: NodeAttributes = {}, domain = ""): string {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push({ opType, input: [...inputs], output: [name], name: "", attribute, domain });
    return name;
  }

  floats(name: string, dims: readonly number[], values: ArrayLike<number>): string {
    if (this.#known.has(name)) return name;
    const halves = this.#packed && values.length >= FEWEST_PACKED ? asHalves(values) : undefined;
    if (halves !== undefined) return this.#shared(this.#halves, name, dims, halves);
    const bytes = new DataView(new ArrayBuffer(4 * values.length));
    for (let i = 0; i < values.length; i++) bytes.setFloat32(4 * i, values[i] ?? 0, true);
    return this.#add(name, TensorProto_DataType.FLOAT, dims, bytes);
  }

  wholes(name: string, values: readonly number[]): string {
    const bytes = new DataView(new ArrayBuffer(8 * values.length));
    for (const [i, value] of values.entries()) bytes.setBigInt64(8 * i, BigInt(value), true);
    return this.#add(name, TensorProto_DataType.INT64, [values.length], bytes);
  }

  /** +1 and -1 as floats, of one bit each in the file. */
  signs(name: string, dims: readonly number[], values: Int8Array): string {
    return this.#shared(this.#signs, name, dims, values);
  }

  #shared<T extends Int8Array | Uint16Array>(
    all: SharedConstants<T>,
    name: string,
    dims: readonly number[],
    values: T,
  ): string {
    this.#known.add(name);
    if (dims.length === 1) {
      all.add(name, values);
      return name;
    }
    all.add(`${name}.flat`, values);
    return this.node("Reshape", [`${name}.flat`, this.wholes(`shape.${dims.join("x")}`, dims)], name);
  }

  /** Runtimes compute what follows once, when they open the file: it reads constants alone. */
  #unpackHalves(): void {
    const { size, pieces } = this.#halves;
    if (size === 0) return;
    const halves = this.#halves.into(new Uint16Array(size));
    const bytes = new DataView(new ArrayBuffer(2 * size));
    for (const [i, half] of halves.entries()) bytes.setUint16(2 * i, half, true);
    const kept = this.#add("numbers.halves", TensorProto_DataType.FLOAT16, [size], bytes);
    this.#split(this.node("Cast", [kept], "numbers", { to: TensorProto_DataType.FLOAT }), pieces);
  }

  #unpackSigns(): void {
    const { size, pieces } = this.#signs;
    if (size === 0) return;
    const pairs = pairSigns(this.#signs.into(new Int8Array(size)));
    const kept = this.#add("signs.pairs", TensorProto_DataType.INT2, [pairs.length], packInt2(pairs));
    const [two, one] = [this.floats("two", [], [2]), this.floats("plus", [], [1])];
    const numbers = this.node("Cast", [kept], "signs.numbers", { to: TensorProto_DataType.FLOAT });
    const sums = this.node("Add", [this.node("Mul", [numbers, two], "signs.twice"), one], "signs.sums");
    const first = this.node("Sign", [sums], "signs.first");
    const second = this.node("Sub", [sums, this.node("Mul", [first, two], "signs.first.twice")], "signs.second");
    const odd = size % 2 === 0 ? [] : [{ name: "signs.none", size: 1 }];
    this.#split(this.node("Concat", [first, second], "signs", { axis: 0 }), [...pieces, ...odd]);
  }

  #split(vector: string, pieces: readonly { readonly name: string; readonly size: number }[]): void {
    const sizes = this.wholes(
      `${vector}.sizes`,
      pieces.map(({ size }) => size),
    );
    const output = pieces.map(({ name }) => name);
    const attribute = [attributeOf("axis", 0)];
    this.#nodes.push({ opType: "Split", input: [vector, sizes], output, name: "", attribute, domain: "" });
  }

  /** What many nodes read has one name, and is there once. */
  #add(name: string, dataType: TensorProto_DataType, dims: readonly number[], data: ArrayBufferView): string {
    this.#known.add(name);
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#constants.set(name, { name, dataType, dims: [...dims], rawData });
    return name;
  }
}

const attributeOf = (name: string, value: number | readonly number[]): AttributeProto =>
  typeof value === "number"
    ? { name, i: value, type: AttributeProto_AttributeType.INT }
    : { name, ints: [...value], type: AttributeProto_AttributeType.INTS };
