import type { GraphNode, ValueShape } from "./graph.js";
import { convolutionWeights, depthwiseWeights, groupsOf, signSumPlaces } from "./packed-weights.js";
import { type Norm, type PlanDraft, type Planes, pixelsOf, planeBytes, type WeightedNode } from "./plan-draft.js";
import { borderOf, countInside, insideOf, offsetsOf, TAPS_2X2, type Taps, tapsAround } from "./windows.js";

// What reads windows of numbers: convolutions and pools.

type Pointwise = Extract<GraphNode, { kind: "pointwise" }>;

/** A convolution that is computed alone. */
export const planConvolution = (draft: PlanDraft, node: WeightedNode): void => {
  switch (node.kind) {
    case "pointwise":
      planPointwise(draft, node);
      return;
    case "conv3x3":
      planConv3x3(draft, node);
      return;
    case "depthwise":
      planDepthwise(draft, node);
  }
};

/** Sums over channels of numbers by signs, and the norm that reads them. @param name of the norm */
export const planSignSums = (draft: PlanDraft, node: Pointwise, { factor, offset }: Norm, name: string): void => {
  const [x, from] = inputOf(draft, node);
  const [ins, outs] = [from.channels, node.shape.channels];
  const read = node.stride === 2 ? strided(draft, x, from, node.offset, node.shape) : x;
  const places = draft.constant(signSumPlaces(node.weights.values, ins, outs));
  const y = draft.newPlanes(name, node.shape);
  const [f, o] = [draft.constant(factor), draft.constant(offset)];
  const table = draft.lend(1024 * groupsOf(ins, 4));
  draft.step("signSums", read.at, read.plane, ins, pixelsOf(node.shape), places, outs, f, o, y.at, y.plane, table);
  if (read !== x) draft.give(read);
};

/** Pools of 3x3 and 2x2. */
export const planPool = (draft: PlanDraft, node: Extract<GraphNode, { kind: "maxPool" | "avgPool" }>): void => {
  const [, from] = inputOf(draft, node);
  const mean = node.kind === "avgPool";
  const taps = mean || node.size === 3 ? tapsAround(3) : TAPS_2X2;
  const pixels = planeBytes(from) / 4;
  const counts = mean
    ? draft.once(`counts.${from.height}x${from.width}`, () =>
        Float32Array.from(countInside(insideOf(taps, from, pixels), pixels)),
      )
    : 0;
  const fill = mean ? 0 : Number.NEGATIVE_INFINITY;
  overWindows(draft, node, taps, fill, (read, offsets, y, { height, width, channels }) => {
    const row = 4 * (from.width + 2 * borderOf(taps));
    const numbers = [read.at, read.plane, row, channels, height, width, taps.length, offsets, counts];
    draft.step("pool", ...numbers, y.at, y.plane);
  });
};

const inputOf = (draft: PlanDraft, { inputs: [x = ""] }: GraphNode): readonly [Planes, ValueShape] => [
  draft.planesOf(x),
  draft.shape(x),
];

const planPointwise = (draft: PlanDraft, node: Pointwise): void => {
  const [x, from] = inputOf(draft, node);
  const [ins, outs] = [from.channels, node.shape.channels];
  if (node.weights.kind === "signs") {
    const norm = { factor: new Float32Array(outs).fill(1), offset: new Float32Array(outs) };
    planSignSums(draft, node, norm, node.name);
    return;
  }
  const read = node.stride === 2 ? strided(draft, x, from, node.offset, node.shape) : x;
  const w = draft.constant(convolutionWeights(node.weights.values, 1, ins, outs));
  const offsets = draft.once("offsets.1", () => Int32Array.of(0));
  const y = draft.newPlanes(node.name, node.shape);
  const pixels = pixelsOf(node.shape);
  draft.step("convolve", read.at, read.plane, 0, ins, 1, pixels, 1, offsets, w, outs, y.at, y.plane);
  if (read !== x) draft.give(read);
};

const planConv3x3 = (draft: PlanDraft, node: Extract<GraphNode, { kind: "conv3x3" }>): void => {
  const [, from] = inputOf(draft, node);
  const taps = tapsAround(3);
  const outs = node.shape.channels;
  const w = draft.constant(convolutionWeights(node.weights.values, taps.length, from.channels, outs));
  overWindows(draft, node, taps, 0, (read, offsets, y) => {
    const { height, width } = from;
    const row = 4 * (width + 2);
    const numbers = [read.at, read.plane, row, from.channels, height, width, taps.length, offsets, w, outs];
    draft.step("convolve", ...numbers, y.at, y.plane);
  });
};

const planDepthwise = (draft: PlanDraft, node: Extract<GraphNode, { kind: "depthwise" }>): void => {
  const [, from] = inputOf(draft, node);
  const taps = tapsAround(node.kernel, node.dilation);
  const w = draft.constant(depthwiseWeights(node.weights.values, taps.length, from.channels));
  overWindows(draft, node, taps, 0, (read, offsets, y) => {
    const { height, width, channels } = from;
    const row = 4 * (width + 2 * borderOf(taps));
    const numbers = [read.at, read.plane, row, channels, height, width, taps.length, offsets, w];
    draft.step("depthwise", ...numbers, y.at, y.plane);
  });
};

/** Every second pixel of numbers. */
const strided = (draft: PlanDraft, x: Planes, from: ValueShape, first: number, to: ValueShape): Planes => {
  const y = draft.takePlanes({ ...to, channels: from.channels });
  draft.step("stride", x.at, x.plane, from.channels, from.width, first, to.height, to.width, y.at, y.plane);
  return y;
};

/** Computes windows of an image with a border, everywhere; and leaves every second pixel where the stride is 2. */
const overWindows = (
  draft: PlanDraft,
  node: Extract<GraphNode, { readonly stride: 1 | 2 }>,
  taps: Taps,
  fill: number,
  emit: (read: Planes, offsets: number, y: Planes, computed: ValueShape) => void,
): void => {
  const [x, from] = inputOf(draft, node);
  const border = borderOf(taps);
  const { height, width, channels } = from;
  const row = width + 2 * border;
  // The kernels read up to 7 pixels beyond the last row.
  const plane = 4 * groupsOf((height + 2 * border) * row + 8, 4) * 4;
  const padded = draft.takeBytes(channels, plane);
  draft.step("pad", x.at, x.plane, channels, height, width, border, fill, padded.at, plane);
  const key = `offsets.${border}.${width}.${taps.map((tap) => `${tap.row},${tap.column}`)}`;
  const offsets = draft.once(key, () => Int32Array.from(offsetsOf(taps, row, border), (offset) => 4 * offset));
  const all = node.stride === 1 ? node.shape : { ...from, channels: node.shape.channels };
  const y = node.stride === 1 ? undefined : draft.takePlanes(all);
  emit(padded, offsets, y ?? draft.newPlanes(node.name, all), all);
  draft.give(padded);
  if (y === undefined) return;
  const to = draft.newPlanes(node.name, node.shape);
  const shape = node.shape;
  draft.step("stride", y.at, y.plane, shape.channels, width, 0, shape.height, shape.width, to.at, to.plane);
  draft.give(y);
};
