import { alphaOf, type GraphNode } from "@bnas/model";
import { type ConvolutionNode, type SumOfSigns, sumOf } from "../form/convolution-node.js";
import { convolutionOf, type OnnxConvolution } from "./convolution.js";
import type { Dialect } from "./dialect.js";
import type { Draft } from "./draft.js";

type Affine = Extract<GraphNode, { readonly kind: "affine" }>;

/** Where a convolution is written, and what it reads there. */
export type Writing = { readonly draft: Draft; readonly dialect: Dialect; readonly x: string };

/**
 * A convolution of +1 and -1: its sums are whole numbers, equal in every runtime, and stand as a value of their own. What follows rounds
 * in the order in which our own reference does.
 * @param multiplied whether one that reads the sums multiplies them
 */
export const writeSumOfSigns = ({ draft, dialect, x }: Writing, node: SumOfSigns, multiplied: boolean): string => {
  const { name } = node;
  const { values, alpha } = node.weights;
  const form = convolutionOf(node);
  const sum = sumOf(node);
  // What stands between a convolution and a product keeps the two apart.
  const apart = dialect.fused && (multiplied || alpha !== 1);
  const signs = dialect.weights(draft, filters(name, form, values), [apart ? -1 : 1]);
  const convolved = draft.node(
    "Conv",
    [read({ draft, x }, node), signs],
    apart ? `${name}.negative` : sum,
    form.attributes,
  );
  if (apart) draft.node("Neg", [convolved], sum);
  if (alpha === 1) return name;
  const [dims, numbers] = typeof alpha === "number" ? [[], [alpha]] : [[alpha.length, 1, 1], alpha];
  return draft.node("Mul", [sum, draft.floats(`${name}.alpha`, dims, numbers)], name);
};

/** A convolution of real numbers; with the norm behind it, where nothing else reads it, as scales of the weights and a bias. */
export const writeConvolution = ({ draft, dialect, x }: Writing, node: ConvolutionNode, norm?: Affine): string => {
  const { weights } = node;
  const form = convolutionOf(node);
  const inputs = [read({ draft, x }, node)];
  if (weights.kind === "signs") {
    const own = typeof weights.alpha === "number" ? [weights.alpha] : weights.alpha;
    const scale = norm?.factor.map((factor, c) => alphaOf(weights.alpha, c) * factor) ?? own;
    inputs.push(dialect.weights(draft, filters(node.name, form, weights.values), scale));
  } else {
    inputs.push(realFilters({ draft, dialect }, node.name, form, weights.values, norm));
  }
  if (norm !== undefined) inputs.push(draft.floats(`${norm.name}.offset`, [norm.offset.length], norm.offset));
  return draft.node("Conv", inputs, norm?.name ?? node.name, form.attributes);
};

const filters = (name: string, { dims, source }: OnnxConvolution, values: Int8Array) => ({
  name,
  dims,
  signs: values.map((_, place) => values[source(place)] ?? 0),
});

/** Times the factors of the norm: by an operator where numbers of 16 bits are kept, which the products are not. */
const realFilters = (
  { draft, dialect }: Omit<Writing, "x">,
  name: string,
  { dims, source }: OnnxConvolution,
  values: Float32Array,
  norm?: Affine,
): string => {
  const own = values.map((_, place) => values[source(place)] ?? 0);
  if (norm === undefined) return draft.floats(`${name}.weights`, dims, own);
  const [out] = dims;
  const size = values.length / out;
  if (dialect.packed) {
    const factor = draft.floats(`${norm.name}.factor`, [out, 1, 1, 1], norm.factor);
    return draft.node("Mul", [draft.floats(`${name}.own`, dims, own), factor], `${name}.weights`);
  }
  return draft.floats(
    `${name}.weights`,
    dims,
    own.map((weight, place) => weight * (norm.factor[Math.floor(place / size)] ?? 1)),
  );
};

/** What a convolution reads: pixels from (1, 1) on where it is of a shifted grid. */
const read = ({ draft, x }: Pick<Writing, "draft" | "x">, node: ConvolutionNode): string => {
  if (node.kind !== "pointwise" || node.offset === 0) return x;
  const most = Number.MAX_SAFE_INTEGER;
  const bounds = [draft.wholes("grid.starts", [1, 1]), draft.wholes("grid.ends", [most, most])];
  return draft.node("Slice", [x, ...bounds, draft.wholes("grid.axes", [2, 3])], `${node.name}.grid`);
};
