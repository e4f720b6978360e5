import {
  type AttributeProto,
  AttributeProto_AttributeType,
  type NodeProto,
  type TensorProto,
  TensorProto_DataType,
} from "../gen/onnx.js";
import { packInt2 } from "./int2.js";

/** NodeAttributes of a node: whole numbers, and lists of them. */
export type NodeAttributes = Readonly<Record<string, number | readonly number[]>>;

/** A graph of ONNX while it is written: each method gives the name of what it adds. */
export class Draft {
  readonly nodes: NodeProto[] = [];
  readonly #constants = new Map<string, TensorProto>();

  get initializers(): TensorProto[] {
    return [...this.#constants.values()];
  }

  /** A node with one result, which the node is called after. @param domain of its operator, "" for ONNX's own */
  node(opType: string, inputs: readonly string[], name: string, attributes: NodeAttributes = {}, domain = ""): string {
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.nodes.push({ opType, input: [...inputs], output: [name], name, attribute, domain });
    return name;
  }

  floats(name: string, dims: readonly number[], values: ArrayLike<number>): string {
    const bytes = new DataView(new ArrayBuffer(4 * values.length));
    for (let i = 0; i < values.length; i++) bytes.setFloat32(4 * i, values[i] ?? 0, true);
    return this.#add(name, TensorProto_DataType.FLOAT, dims, bytes);
  }

  wholes(name: string, values: readonly number[]): string {
    const bytes = new DataView(new ArrayBuffer(8 * values.length));
    for (const [i, value] of values.entries()) bytes.setBigInt64(8 * i, BigInt(value), true);
    return this.#add(name, TensorProto_DataType.INT64, [values.length], bytes);
  }

  /** +1 and -1 of two bits. */
  signs(name: string, dims: readonly number[], values: Int8Array): string {
    return this.#add(name, TensorProto_DataType.INT2, dims, packInt2(values));
  }

  /** What many nodes read has one name, and is there once. */
  #add(name: string, dataType: TensorProto_DataType, dims: readonly number[], data: ArrayBufferView): string {
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#constants.set(name, { name, dataType, dims: [...dims], rawData });
    return name;
  }
}

const attributeOf = (name: string, value: number | readonly number[]): AttributeProto =>
  typeof value === "number"
    ? { name, i: value, type: AttributeProto_AttributeType.INT }
    : { name, ints: [...value], type: AttributeProto_AttributeType.INTS };
