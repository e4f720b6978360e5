import type { GraphNode, ValueShape } from "./graph.js";
import { depthwiseLimits, depthwiseSigns, groupsOf, xnorWeights } from "./packed-weights.js";
import { type Bits, type Norm, type PlanDraft, pixelsOf, type SignConvolution } from "./plan-draft.js";
import { planSignSums } from "./plan-numbers.js";
import { countInside, insideOf, offsetsOf, type Taps, tapsAround } from "./windows.js";

// Convolutions by signs that are computed with what reads them.

/** A convolution of signs by signs, compared with thresholds. @param name of the threshold */
export const planThresholds = (draft: PlanDraft, node: SignConvolution, at: Int32Array, name: string): void => {
  if (node.kind === "depthwise") {
    depthwiseBits(draft, node, at, name);
    return;
  }
  const { shape } = node;
  const outs = groupsOf(shape.channels, 8) * 8;
  const least = Int16Array.from({ length: outs }, (_, o) => at[o] ?? 32767);
  xnor(draft, node, (numbers) => {
    const y = draft.newBits(name, shape);
    const scratch = draft.lend(128);
    draft.step("xnorThreshold", ...numbers, draft.constant(least), y.at, y.plane, scratch);
  });
};

/** A convolution by signs, and the norm that reads it. @param name of the norm */
export const planNormed = (draft: PlanDraft, node: SignConvolution, norm: Norm, name: string): void => {
  const [x = ""] = node.inputs;
  if (!draft.hasBits(x)) {
    if (node.kind !== "pointwise") throw new RangeError(`${node.name} does not wait`);
    planSignSums(draft, node, norm, name);
    return;
  }
  xnor(draft, node, (numbers) => {
    const y = draft.newPlanes(name, node.shape);
    const [f, o] = [draft.constant(norm.factor), draft.constant(norm.offset)];
    draft.step("xnorAffine", ...numbers, f, o, y.at, y.plane, draft.lend(128));
  });
};

/** What both kinds of sums of signs over channels are called with first: from the bits to the terms of a sum. */
const xnor = (draft: PlanDraft, node: SignConvolution, emit: (numbers: readonly number[]) => void): void => {
  const [name = ""] = node.inputs;
  const whole = draft.shape(name);
  const ins = whole.channels;
  const bytes = groupsOf(ins, 8);
  const taps = node.kind === "conv3x3" ? tapsAround(3) : tapsAround(1);
  const strides = node.kind === "pointwise" && node.stride === 2;
  const bits = strides ? strided(draft, name, node.offset, node.shape) : draft.bitsOf(name);
  const shape = strides ? { ...node.shape, channels: ins } : whole;
  const pixels = pixelsOf(shape);
  const outs = node.shape.channels;
  const w = draft.constant(xnorWeights(node.weights.values, taps.length, ins, outs));
  const key = `${shape.height}x${shape.width}`;
  const isWindow = taps.length > 1;
  const offsets = isWindow
    ? draft.once(`offsets.3.1.${shape.width}`, () => Int32Array.from(offsetsOf(taps, shape.width)))
    : 0;
  const mask = isWindow ? maskOf(draft, taps, shape, `3.1.${key}`) : 0;
  const terms = draft.once(`terms.${taps.length}.${ins}.${key}`, () =>
    Int16Array.from(countInside(insideOf(taps, shape, pixels), pixels), (count) => ins * count),
  );
  emit([bits.at, bits.plane, bytes, pixels, taps.length, offsets, mask, w, outs, terms]);
  if (strides) draft.give(bits);
};

/** Every second pixel of bits. */
const strided = (draft: PlanDraft, name: string, first: number, to: ValueShape): Bits => {
  const from = draft.shape(name);
  const bits = draft.bitsOf(name);
  const y = draft.takeBits({ ...to, channels: from.channels });
  const bytes = groupsOf(from.channels, 8);
  draft.step("strideBits", bits.at, bits.plane, bytes, from.width, first, to.height, to.width, y.at, y.plane);
  return y;
};

const maskOf = (draft: PlanDraft, taps: Taps, shape: ValueShape, key: string): number =>
  draft.once(`mask.${key}`, () => {
    const inside = insideOf(taps, shape, pixelsOf(shape));
    return Uint8Array.from(inside.flatMap((tap) => [...tap].map((one) => -one)));
  });

const depthwiseBits = (
  draft: PlanDraft,
  node: Extract<GraphNode, { kind: "depthwise" }> & SignConvolution,
  at: Int32Array,
  name: string,
): void => {
  const [x = ""] = node.inputs;
  const [bits, from] = [draft.bitsOf(x), draft.shape(x)];
  const { kernel, dilation, stride } = node;
  const taps = tapsAround(kernel, dilation);
  const pixels = pixelsOf(from);
  const key = `${kernel}.${dilation}.${from.height}x${from.width}`;
  const offsets = draft.once(`offsets.${kernel}.${dilation}.${from.width}`, () =>
    Int32Array.from(offsetsOf(taps, from.width)),
  );
  const outside = draft.once(`outside.${key}`, () => {
    const counts = countInside(insideOf(taps, from, pixels), pixels);
    const planes = [0, 1, 2, 3, 4].map((bit) => counts.map((count) => -(((taps.length - count) >> bit) & 1)));
    return Uint8Array.from(planes.flat());
  });
  const groups = groupsOf(from.channels, 8);
  const w = draft.constant(depthwiseSigns(node.weights.values, taps.length, from.channels));
  const limits = draft.constant(depthwiseLimits(at, taps.length, from.channels));
  const all = stride === 1 ? draft.newBits(name, from) : draft.takeBits(from);
  const mask = maskOf(draft, taps, from, key);
  const numbers = [bits.at, bits.plane, groups, pixels, taps.length, offsets, mask, outside];
  draft.step("depthwiseBits", ...numbers, w, limits, all.at, all.plane);
  if (stride === 1) return;
  const y = draft.newBits(name, node.shape);
  const { height, width } = node.shape;
  draft.step("strideBits", all.at, all.plane, groups, from.width, 0, height, width, y.at, y.plane);
  draft.give(all);
};
