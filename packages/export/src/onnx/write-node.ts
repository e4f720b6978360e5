import type { GraphNode, ValueShape } from "@bnas/model";
import { isConvolution } from "../form/convolution-node.js";
import { type Dialect, whereAtLeast } from "./dialect.js";
import type { Draft } from "./draft.js";

/** Any node but a convolution, in operators of ONNX. Values are [batch, channels, height, width]. Gives the name of its result. */
export const writeNode = (draft: Draft, dialect: Dialect, node: GraphNode): string => {
  const { name, inputs } = node;
  const [x = ""] = inputs;
  if (isConvolution(node)) throw new RangeError(`${name} is a convolution`);
  switch (node.kind) {
    case "relu":
      return draft.node("Relu", [x], name);
    case "sign":
      return dialect.sign(draft, x, name);
    case "threshold":
      return whereAtLeast(draft, x, byChannel(draft, `${name}.at`, Float32Array.from(node.at)), name);
    case "affine": {
      const scaled = draft.node("Mul", [x, byChannel(draft, `${name}.factor`, node.factor)], `${name}.scaled`);
      return draft.node("Add", [scaled, byChannel(draft, `${name}.offset`, node.offset)], name);
    }
    case "maxPool": {
      const pad = node.size === 3 ? 1 : 0;
      return draft.node("MaxPool", [x], name, pool(node.size, node.stride, pad));
    }
    case "avgPool":
      return draft.node("AveragePool", [x], name, { ...pool(3, node.stride, 1), count_include_pad: 0 });
    case "concat":
      return draft.node("Concat", inputs, name, { axis: 1 });
    case "sum":
      return draft.node("Sum", inputs, name);
    case "zeros":
      return zeros(draft, x, name, node.shape);
    case "shuffle":
      return shuffle(draft, x, name, node.shape, node.groups);
    case "globalAveragePool":
      return draft.node("GlobalAveragePool", [x], name);
    case "linear": {
      const flat = draft.node("Flatten", [x], `${name}.flat`, { axis: 1 });
      const weight = draft.floats(`${name}.weight`, node.weight.shape, node.weight.values);
      return draft.node("Gemm", [flat, weight, draft.floats(`${name}.bias`, [node.bias.length], node.bias)], name);
    }
  }
};

const byChannel = (draft: Draft, name: string, values: Float32Array): string =>
  draft.floats(name, [values.length, 1, 1], values);

const pool = (kernel: number, stride: number, pad: number) => ({
  kernel_shape: [kernel, kernel],
  ...(stride === 1 ? {} : { strides: [stride, stride] }),
  ...(pad === 0 ? {} : { pads: [pad, pad, pad, pad] }),
});

/** As many as there are images. */
const zeros = (draft: Draft, x: string, name: string, { channels, height, width }: ValueShape): string => {
  const batch = draft.node("Shape", [x], `${name}.batch`, { start: 0, end: 1 });
  const sides = draft.wholes(`${name}.sides`, [channels, height, width]);
  const shape = draft.node("Concat", [batch, sides], `${name}.shape`, { axis: 0 });
  return draft.node("ConstantOfShape", [shape], name);
};

const shuffle = (draft: Draft, x: string, name: string, { channels, height, width }: ValueShape, groups: number) => {
  // A side of 0 is that of the value which is reshaped.
  const apart = draft.wholes(`${name}.apart`, [0, groups, channels / groups, height, width]);
  const split = draft.node("Reshape", [x, apart], `${name}.split`);
  const turned = draft.node("Transpose", [split], `${name}.turned`, { perm: [0, 2, 1, 3, 4] });
  const whole = draft.wholes(`${name}.whole`, [0, channels, height, width]);
  return draft.node("Reshape", [turned, whole], name);
};
