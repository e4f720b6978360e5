import type { Draft } from "./draft.js";

/** A convolution's weights as ONNX has them: [channels out, channels in of a group, height, width]. */
export type Filters = {
  readonly name: string;
  readonly dims: readonly [number, number, number, number];
  /** +1 and -1. */
  readonly signs: Int8Array;
};

/** What the ways of writing a one-bit network in ONNX differ in. */
export type Dialect = {
  readonly opset: number;
  /** Of the file: ONNX's table of versions says which belongs to an opset. */
  readonly irVersion: number;
  /** Domains of operators beside ONNX's own. */
  readonly domains: readonly { readonly domain: string; readonly version: number }[];
  /**
   * Whether runtimes may multiply the weights themselves by what the sums are multiplied by afterwards: then sums are no whole numbers
   * any more, and where one is 0 its sign is that of an error of rounding.
   */
  readonly fused: boolean;
  /** Whether the file keeps numbers that have 16 bits in 16, and signs in one. */
  readonly packed: boolean;
  /** One-bit weights, multiplied by `scale`: one for all, or one for each channel out. Gives the name of the floats that it makes. */
  weights(draft: Draft, filters: Filters, scale: ArrayLike<number>): string;
  /** +1 where x >= 0, else -1. */
  sign(draft: Draft, x: string, name: string): string;
};

/** The sign in operators of ONNX itself, whose own `Sign` gives 0 at 0. */
export const standardSign = (draft: Draft, x: string, name: string): string =>
  whereAtLeast(draft, x, draft.floats("zero", [], [0]), name);

/** +1 where x >= least, else -1. */
export const whereAtLeast = (draft: Draft, x: string, least: string, name: string): string => {
  const [plus, minus] = [draft.floats("plus", [], [1]), draft.floats("minus", [], [-1])];
  return draft.node("Where", [draft.node("GreaterOrEqual", [x, least], `${name}.least`), plus, minus], name);
};
