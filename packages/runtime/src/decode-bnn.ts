import {
  ALIGNMENT,
  aligned,
  BLOCK,
  type ElementType,
  ENTRY,
  FORMAT_VERSION,
  HEADER,
  HEADER_AT,
  INPUT,
  KINDS,
  MAGIC,
  NODE,
  TYPE,
  tensorBytes,
} from "./bnn-layout.js";
import { parseText } from "./bnn-text.js";
import { crc32, digestOf } from "./checksums.js";
import { DamagedFile } from "./damaged-file.js";
import { type Graph, type GraphNode, type GraphOperation, IMAGE, type ValueShape } from "./graph.js";
import { shapeOf } from "./shape-of.js";

/**
 * The graph in a `bnn` file (docs/formats/bnn.md). Nothing is computed by it before all of the file is checked.
 * @throws DamagedFile for the first byte that is not as it must be
 * @example
 * ```ts
 * import { decodeBnn } from "@bnas/runtime";
 *
 * decodeBnn(new Uint8Array([1, 2, 3])); // throws byte 0: 1 is not allowed
 * ```
 */
export const decodeBnn = (bytes: Uint8Array): Graph => {
  const header = readHeader(bytes);
  requireWhole(bytes, header);
  const view = viewOf(bytes);
  const text = HEADER + 4 * header.blocks;
  const { input, ...rest } = parseText(bytes.subarray(text, text + header.text), text);
  const { records, end } = readRecords(view, aligned(text + header.text), header);
  const tensors = readTensors(bytes, view, end, header);
  const nodes: GraphNode[] = [];
  const shapes: ValueShape[] = [input];
  for (const record of records) {
    const node = nodeOf(record, shapes, tensors, nodes.length);
    shapes.push(node.shape);
    nodes.push(node);
  }
  requireUsed(tensors);
  const last = nodes.at(-1)?.shape;
  if (last?.height !== 1 || last.width !== 1 || last.channels !== rest.classes.length) {
    const found = `a result of ${last?.height}x${last?.width}x${last?.channels}`;
    throw new DamagedFile(records.at(-1)?.at ?? HEADER, found, `1x1x${rest.classes.length}: a logit for each class`);
  }
  return { input, ...rest, nodes };
};

type Header = { readonly text: number; readonly nodes: number; readonly tensors: number; readonly blocks: number };

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const readHeader = (bytes: Uint8Array): Header => {
  for (const [at, byte] of MAGIC.entries()) {
    if (bytes[at] === byte) continue;
    throw new DamagedFile(at, bytes[at] ?? "the end of the file", `${byte}: a bnn file begins with ${MAGIC.join(" ")}`);
  }
  if (bytes.length < HEADER) throw new DamagedFile(bytes.length, "the end of the file", `a header of ${HEADER} bytes`);
  const view = viewOf(bytes);
  const version = view.getUint32(HEADER_AT.version, true);
  if (version !== FORMAT_VERSION)
    throw new DamagedFile(HEADER_AT.version, version, `version ${FORMAT_VERSION}: this reader is of it`);
  const length = view.getUint32(HEADER_AT.length, true);
  if (length !== bytes.length)
    throw new DamagedFile(HEADER_AT.length, length, `${bytes.length}, the bytes of the file`);
  const field = (key: "text" | "nodes" | "tensors" | "blocks", least: number, size: number): number => {
    const value = view.getUint32(HEADER_AT[key], true);
    const most = Math.floor((length - HEADER) / size);
    if (value >= least && value <= most) return value;
    throw new DamagedFile(HEADER_AT[key], value, `a number of ${key} from ${least} to ${most}`);
  };
  const blocks = field("blocks", 1, 4);
  const expected = Math.ceil((length - HEADER - 4 * blocks) / BLOCK);
  if (blocks !== expected) throw new DamagedFile(HEADER_AT.blocks, blocks, `${expected} blocks of ${BLOCK} bytes`);
  return { blocks, text: field("text", 2, 1), nodes: field("nodes", 1, NODE), tensors: field("tensors", 0, ENTRY) };
};

/** Checksums: of each block, so that damage has a place; and the digest of all behind the header. */
const requireWhole = (bytes: Uint8Array, { blocks }: Header): void => {
  const view = viewOf(bytes);
  for (let block = 0; block < blocks; block++) {
    const at = HEADER + 4 * blocks + BLOCK * block;
    const part = bytes.subarray(at, at + BLOCK);
    const [found, expected] = [crc32(part), view.getUint32(HEADER + 4 * block, true)];
    if (found === expected) continue;
    const said = `bytes to ${at + part.length - 1} of CRC-32 ${hex(found)}`;
    throw new DamagedFile(at, said, `CRC-32 ${hex(expected)}, which byte ${HEADER + 4 * block} says`);
  }
  const digest = digestOf(bytes.subarray(HEADER));
  const place = digest.findIndex((byte, i) => byte !== bytes[HEADER_AT.sha256 + i]);
  if (place === -1) return;
  const at = HEADER_AT.sha256 + place;
  throw new DamagedFile(at, bytes[at] ?? 0, `${digest[place]}, as the SHA-256 of all bytes from ${HEADER} on has`);
};

const hex = (value: number): string => value.toString(16).padStart(8, "0");

/** A node as it is written. */
type Record = {
  /** Its first byte. */
  readonly at: number;
  readonly kind: GraphNode["kind"];
  readonly a: number;
  readonly b: number;
  readonly channels: number;
  /** 0 is the image, i the result of node i - 1. */
  readonly inputs: readonly number[];
};

const readRecords = (view: DataView, start: number, { nodes }: Header): { records: Record[]; end: number } => {
  const records: Record[] = [];
  let at = start;
  for (let index = 0; index < nodes; index++) {
    requireRoom(view, at, NODE, `node ${index}`);
    const kind = KINDS[view.getUint8(at)];
    if (kind === undefined)
      throw new DamagedFile(at, view.getUint8(at), `a kind of node from 1 to ${KINDS.length - 1}`);
    const count = view.getUint8(at + 1);
    const many = kind === "concat" || kind === "sum";
    if (count < (many ? 2 : 1) || (count > 1 && !many)) {
      throw new DamagedFile(at + 1, count, many ? "2 inputs or more" : "1 input");
    }
    requireRoom(view, at, NODE + INPUT * count, `node ${index}`);
    const inputs = Array.from({ length: count }, (_, i) => view.getUint16(at + NODE + INPUT * i, true));
    for (const [i, input] of inputs.entries()) {
      if (input > index) throw new DamagedFile(at + NODE + INPUT * i, input, `a value from 0 to ${index}`);
    }
    const [a, b, channels] = [view.getUint8(at + 2), view.getUint8(at + 3), view.getUint16(at + 4, true)];
    records.push({ at, kind, a, b, channels, inputs });
    at += NODE + INPUT * count;
  }
  return { records, end: aligned(at) };
};

const requireRoom = (view: DataView, at: number, size: number, what: string): void => {
  if (at + size <= view.byteLength) return;
  throw new DamagedFile(Math.min(at, view.byteLength), "the end of the file", `${size} bytes of ${what}`);
};

type Tensor = { readonly entry: number; readonly type: ElementType; readonly count: number; readonly data: DataView };
/** The tensors that no node has taken yet. */
type TensorQueue = { readonly all: readonly Tensor[]; next: number };

const readTensors = (bytes: Uint8Array, view: DataView, start: number, { tensors }: Header): TensorQueue => {
  requireRoom(view, start, ENTRY * tensors, "the table of tensors");
  let end = start + ENTRY * tensors;
  const all: Tensor[] = [];
  for (let index = 0; index < tensors; index++) {
    const entry = start + ENTRY * index;
    const [offset, word] = [view.getUint32(entry, true), view.getUint32(entry + 4, true)];
    const type = Object.values(TYPE).find((one) => one === (word & 255));
    if (type === undefined) throw new DamagedFile(entry + 4, word & 255, "a type of element: 1, 2 or 3");
    if (offset !== aligned(end)) {
      throw new DamagedFile(entry, offset, `${aligned(end)}: tensors follow each other, aligned to ${ALIGNMENT} bytes`);
    }
    const count = word >>> 8;
    const size = tensorBytes(type, count);
    requireRoom(view, offset, size, `tensor ${index}`);
    all.push({ entry, type, count, data: viewOf(bytes.subarray(offset, offset + size)) });
    end = offset + size;
  }
  if (aligned(end) !== bytes.length) {
    throw new DamagedFile(HEADER_AT.length, bytes.length, `${aligned(end)}, where the last tensor ends`);
  }
  return { all, next: 0 };
};

/** The next tensor, which must be of this type and size. */
const take = (tensors: TensorQueue, type: ElementType, count: number, at: number): Tensor => {
  const tensor = tensors.all[tensors.next++];
  if (tensor === undefined) throw new DamagedFile(at, "a node that has a tensor", "one without: there are no more");
  if (tensor.type !== type) throw new DamagedFile(tensor.entry + 4, tensor.type, `type ${type}, as its node needs`);
  if (tensor.count !== count) {
    throw new DamagedFile(tensor.entry + 5, tensor.count, `${count} elements, as its node needs`);
  }
  return tensor;
};

const requireUsed = ({ all, next }: TensorQueue): void => {
  const more = all[next];
  if (more !== undefined) throw new DamagedFile(HEADER_AT.tensors, all.length, `${next}: no node has another`);
};

const signs = ({ data, count, entry }: Tensor): Int8Array => {
  const values = new Int8Array(count);
  for (let i = 0; i < count; i++) values[i] = (data.getUint8(i >> 3) >> (i & 7)) & 1 ? 1 : -1;
  if (count % 8 !== 0 && data.getUint8(count >> 3) >> (count & 7) !== 0) {
    throw new DamagedFile(entry, "bits behind the last weight", "zeros there");
  }
  return values;
};

const halves = ({ data, count, entry }: Tensor): Float32Array => {
  const values = Float32Array.from({ length: count }, (_, i) => fromHalf(data.getUint16(2 * i, true)));
  if (values.every(Number.isFinite)) return values;
  throw new DamagedFile(entry, "a number that is not finite", "finite numbers");
};

const integers = ({ data, count }: Tensor): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => data.getInt16(2 * i, true));

/** A number of 16 bits (IEEE 754 binary16). */
const fromHalf = (bits: number): number => {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
};

const nodeOf = (record: Record, shapes: readonly ValueShape[], tensors: TensorQueue, index: number): GraphNode => {
  const inputs = record.inputs.map((input) => (input === 0 ? IMAGE : nodeName(input - 1)));
  const from = record.inputs.map((input) => shapes[input] ?? { height: 0, width: 0, channels: 0 });
  const operation = operationOf(record, from, tensors);
  const shape = shapeOf(operation, from, record.channels);
  if (typeof shape === "string") throw new DamagedFile(record.at, record.kind, shape);
  if (shape.channels !== record.channels) {
    throw new DamagedFile(record.at + 4, record.channels, `${shape.channels} channels, as ${record.kind} gives`);
  }
  return { ...operation, name: nodeName(index), inputs, shape };
};

const nodeName = (index: number): string => `node.${index}`;

const operationOf = (record: Record, from: readonly ValueShape[], tensors: TensorQueue): GraphOperation => {
  const { at, kind, channels } = record;
  const ins = from[0]?.channels ?? 0;
  const oneOf = <T extends number>(byte: number, value: number, ...allowed: readonly T[]): T => {
    const found = allowed.find((one) => one === value);
    if (found === undefined) throw new DamagedFile(byte, value, `${allowed.join(" or ")} for ${kind}`);
    return found;
  };
  const [byteA, byteB] = [at + 2, at + 3];
  const none = (byte: number, value: number): void => {
    oneOf(byte, value, 0);
  };
  const stride = (): 1 | 2 => oneOf(byteA, record.a & 15, 1, 2);
  /** Bit 4 of `a` says that the weights are real numbers. */
  const weights = (shape: readonly number[]) => {
    const real = oneOf(byteA, record.a >> 4, 0, 1) === 1;
    const count = shape.reduce((product, side) => product * side, 1);
    return real
      ? ({ kind: "real", shape, values: halves(take(tensors, TYPE.half, count, at)) } as const)
      : ({ kind: "signs", shape, values: signs(take(tensors, TYPE.bits, count, at)), alpha: 1 } as const);
  };
  switch (kind) {
    case "relu":
    case "sign":
    case "concat":
    case "sum":
    case "globalAveragePool":
      none(byteA, record.a);
      none(byteB, record.b);
      return { kind };
    case "zeros":
      oneOf(byteA, record.a, 1, 2);
      none(byteB, record.b);
      return { kind, stride: stride() };
    case "threshold":
      none(byteA, record.a);
      none(byteB, record.b);
      return { kind, at: integers(take(tensors, TYPE.int16, ins, at)) };
    case "depthwise": {
      const kernel = oneOf(byteB, record.b & 15, 3, 5);
      const dilation = oneOf(byteB, record.b >> 4, 1, 2);
      return { kind, kernel, dilation, stride: stride(), weights: weights([kernel, kernel, ins]) };
    }
    case "pointwise": {
      // Without a stride every pixel is read.
      const offset = stride() === 1 ? oneOf(byteB, record.b, 0) : oneOf(byteB, record.b, 0, 1);
      return { kind, offset, stride: stride(), weights: weights([ins, channels]) };
    }
    case "conv3x3":
      none(byteB, record.b);
      return { kind, stride: stride(), weights: weights([3, 3, ins, channels]) };
    case "affine": {
      none(byteA, record.a);
      none(byteB, record.b);
      const numbers = halves(take(tensors, TYPE.half, 2 * ins, at));
      return { kind, factor: numbers.slice(0, ins), offset: numbers.slice(ins) };
    }
    case "maxPool":
      return { kind, size: oneOf(byteB, record.b, 2, 3), stride: oneOf(byteA, record.a, 1, 2) };
    case "avgPool":
      none(byteB, record.b);
      return { kind, stride: oneOf(byteA, record.a, 1, 2) };
    case "shuffle":
      none(byteB, record.b);
      if (record.a === 0 || ins % record.a !== 0)
        throw new DamagedFile(byteA, record.a, `a divisor of ${ins} channels`);
      return { kind, groups: record.a };
    case "linear": {
      none(byteA, record.a);
      none(byteB, record.b);
      const values = halves(take(tensors, TYPE.half, ins * channels, at));
      return { kind, weight: { shape: [ins, channels], values }, bias: halves(take(tensors, TYPE.half, channels, at)) };
    }
  }
};
