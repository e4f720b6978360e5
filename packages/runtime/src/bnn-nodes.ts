import type { Header } from "./bnn-header.js";
import { aligned, INPUT, KINDS, NODE, TYPE } from "./bnn-layout.js";
import { halvesIn, integersIn, signsIn, type TensorQueue, takeTensor } from "./bnn-tensors.js";
import { requireRoom } from "./bnn-view.js";
import { DamagedFile } from "./damaged-file.js";
import { type GraphNode, type GraphOperation, IMAGE, type ValueShape } from "./graph.js";
import { shapeOf } from "./shape-of.js";

/** A node as it is written. */
export type BnnNode = {
  /** Its first byte. */
  readonly at: number;
  readonly kind: GraphNode["kind"];
  readonly a: number;
  readonly b: number;
  readonly channels: number;
  /** 0 is the image, i the result of node i - 1. */
  readonly inputs: readonly number[];
};

export const readRecords = (view: DataView, start: number, { nodes }: Header): { records: BnnNode[]; end: number } => {
  const records: BnnNode[] = [];
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

/**
 * The node of the graph: what it computes, of which values.
 * @param shapes of the image and of the results of all nodes before it @param tensors it takes its own from there
 */
export const nodeOf = (
  record: BnnNode,
  shapes: readonly ValueShape[],
  tensors: TensorQueue,
  index: number,
): GraphNode => {
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

const operationOf = (record: BnnNode, from: readonly ValueShape[], tensors: TensorQueue): GraphOperation => {
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
      ? ({ kind: "real", shape, values: halvesIn(takeTensor(tensors, TYPE.half, count, at)) } as const)
      : ({ kind: "signs", shape, values: signsIn(takeTensor(tensors, TYPE.bits, count, at)), alpha: 1 } as const);
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
      return { kind, at: integersIn(takeTensor(tensors, TYPE.int16, ins, at)) };
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
      const numbers = halvesIn(takeTensor(tensors, TYPE.half, 2 * ins, at));
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
      const values = halvesIn(takeTensor(tensors, TYPE.half, ins * channels, at));
      return {
        kind,
        weight: { shape: [ins, channels], values },
        bias: halvesIn(takeTensor(tensors, TYPE.half, channels, at)),
      };
    }
  }
};
