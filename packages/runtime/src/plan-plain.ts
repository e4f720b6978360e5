import { type GraphNode, IMAGE, type ValueShape } from "./graph.js";
import { type Norm, type PlanDraft, type Planes, pixelsOf } from "./plan-draft.js";

// What is done number by number, and what needs no kernel.

/** factor * x + offset by channel. */
export const planAffine = (draft: PlanDraft, x: Planes, norm: Norm, y: Planes): void => {
  const [factor, offset] = [draft.constant(norm.factor), draft.constant(norm.offset)];
  draft.step("affine", x.at, x.plane, norm.factor.length, factor, offset, y.at);
};

export const planRelu = (draft: PlanDraft, { name, inputs: [x = IMAGE], shape }: GraphNode): void => {
  const [a, y] = [draft.planesOf(x), draft.newPlanes(name, shape)];
  draft.step("relu", a.at, (shape.channels * a.plane) / 4, y.at);
};

/** Signs of numbers, or where whole numbers are not below a threshold. */
export const planSigns = (
  draft: PlanDraft,
  { name, inputs: [x = IMAGE] }: GraphNode,
  at: Int32Array | undefined,
): void => {
  const shape = draft.shape(x);
  let planes = draft.planesOf(x);
  let mine: Planes | undefined;
  if (at !== undefined) {
    mine = draft.takePlanes(shape);
    const offset = Float32Array.from(at, (least) => -least);
    planAffine(draft, planes, { factor: new Float32Array(at.length).fill(1), offset }, mine);
    planes = mine;
  }
  const y = draft.newBits(name, shape);
  draft.step("packSigns", planes.at, planes.plane, shape.channels, pixelsOf(shape), y.at, y.plane);
  if (mine !== undefined) draft.give(mine);
};

export const planSum = (draft: PlanDraft, node: GraphNode): void => {
  const y = draft.newPlanes(node.name, node.shape);
  const count = (node.shape.channels * y.plane) / 4;
  const [first = "", ...rest] = node.inputs;
  let sum = draft.planesOf(first).at;
  for (const name of rest) {
    draft.step("add", sum, draft.planesOf(name).at, count, y.at);
    sum = y.at;
  }
};

/** What needs no kernel. */
export const planPlain = (draft: PlanDraft, node: GraphNode): void => {
  const [input = IMAGE] = node.inputs;
  const [x, from] = [draft.planesOf(input), draft.shape(input)];
  const y = draft.newPlanes(node.name, node.shape);
  switch (node.kind) {
    case "concat":
      planConcat(draft, node, y);
      return;
    case "zeros":
      draft.steps.push(({ bytes }) => bytes.fill(0, y.at, y.at + node.shape.channels * y.plane));
      return;
    case "shuffle":
      planShuffle(draft, node, x, y);
      return;
    case "globalAveragePool":
      planMean(draft, x, from, y);
      return;
    case "linear":
      planLinear(draft, node, x, from, y);
      return;
    default:
      throw new RangeError(`${node.kind} is computed elsewhere`);
  }
};

const planConcat = (draft: PlanDraft, { inputs }: GraphNode, y: Planes): void => {
  let to = y.at;
  for (const name of inputs) {
    const [part, size] = [draft.planesOf(name), draft.shape(name).channels * y.plane];
    const at = to;
    draft.steps.push(({ bytes }) => bytes.copyWithin(at, part.at, part.at + size));
    to += size;
  }
};

const planShuffle = (
  draft: PlanDraft,
  { groups, shape: { channels } }: Extract<GraphNode, { kind: "shuffle" }>,
  x: Planes,
  y: Planes,
): void => {
  const part = channels / groups;
  draft.steps.push(({ bytes }) => {
    for (let c = 0; c < channels; c++) {
      const source = x.at + ((c % groups) * part + Math.floor(c / groups)) * x.plane;
      bytes.copyWithin(y.at + c * y.plane, source, source + x.plane);
    }
  });
};

const planMean = (draft: PlanDraft, x: Planes, { height, width, channels }: ValueShape, y: Planes): void => {
  const pixels = height * width;
  draft.steps.push(({ numbers }) => {
    for (let c = 0; c < channels; c++) {
      const first = (x.at + c * x.plane) >> 2;
      let sum = 0;
      for (let p = first; p < first + pixels; p++) sum = Math.fround(sum + (numbers[p] ?? 0));
      numbers[(y.at + c * y.plane) >> 2] = sum / pixels;
    }
  });
};

const planLinear = (
  draft: PlanDraft,
  { weight, bias, shape: { channels } }: Extract<GraphNode, { kind: "linear" }>,
  x: Planes,
  from: ValueShape,
  y: Planes,
): void => {
  draft.steps.push(({ numbers }) => {
    for (let o = 0; o < channels; o++) {
      let sum = 0;
      for (let c = 0; c < from.channels; c++) {
        const value = numbers[(x.at + c * x.plane) >> 2] ?? 0;
        sum = Math.fround(sum + Math.fround(value * (weight.values[c * channels + o] ?? 0)));
      }
      numbers[(y.at + o * y.plane) >> 2] = sum + (bias[o] ?? 0);
    }
  });
};
