import type { GraphNode } from "./graph.js";

// docs/formats/bnn.md in numbers. The reader here and the writer (packages/model) share them.

export const MAGIC: readonly number[] = [0x89, 0x42, 0x4e, 0x4e, 0x0d, 0x0a, 0x1a, 0x0a];
export const FORMAT_VERSION = 1;

/** Bytes of the header, and where its fields are. */
export const HEADER = 64;
export const HEADER_AT = { version: 8, length: 12, text: 16, nodes: 20, tensors: 24, blocks: 28, sha256: 32 } as const;

/** Bytes that one CRC-32 covers. */
export const BLOCK = 4096;
/** Bytes of a node without its inputs, of each of its inputs, and of an entry of the table of tensors. */
export const NODE = 6;
export const INPUT = 2;
export const ENTRY = 8;
/** What sections and tensors begin at a multiple of. */
export const ALIGNMENT = 4;

/** Numbers of the kinds of node. */
export const KINDS: readonly (GraphNode["kind"] | undefined)[] = [
  undefined,
  "relu",
  "sign",
  "threshold",
  "depthwise",
  "pointwise",
  "conv3x3",
  "affine",
  "maxPool",
  "avgPool",
  "concat",
  "sum",
  "zeros",
  "shuffle",
  "globalAveragePool",
  "linear",
];

/** Numbers of the types of a tensor's elements. */
export const TYPE = { bits: 1, half: 2, int16: 3 } as const;
export type ElementType = (typeof TYPE)[keyof typeof TYPE];

/** Bytes of so many elements. */
export const tensorBytes = (type: ElementType, count: number): number =>
  type === TYPE.bits ? Math.ceil(count / 8) : 2 * count;

/** The next multiple of the alignment. */
export const aligned = (at: number): number => Math.ceil(at / ALIGNMENT) * ALIGNMENT;
