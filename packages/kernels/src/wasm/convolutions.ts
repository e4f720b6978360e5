import { type Tensor4D, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import type { Conv3x3Options } from "../ops/conv3x3.js";
import type { InputMap } from "../ops/convolution.js";
import type { DepthwiseOptions } from "../ops/depthwise.js";
import type { PointwiseOptions } from "../ops/pointwise.js";
import type { Heap } from "./heap.js";

type Inputs = Kernels["BnasDepthwise"]["inputs"];
type GradInputs = Kernels["BnasDepthwiseGradX"]["inputs"];

/** As assembly/lanes.ts numbers them. */
const MAPS: Record<InputMap, number> = { identity: 0, relu: 1, sign: 2 };

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

const depthwisePlan = ({ x, w }: Inputs, { stride, dilation, input, weight }: DepthwiseOptions) => {
  const [n, height, width, channels] = x.shape;
  const k = w.shape[0] ?? 0;
  util.assert(k === 3 || k === 5, () => `depthwise: the kernel is 3 or 5 wide, not ${k}`);
  const border = dilation * (k - 1);
  return {
    out: [n, Math.ceil(height / stride), Math.ceil(width / stride), channels],
    scratch: roundUp(channels, 4) * k * k * 12 + k * k * 16 + (height + border + 1) * (width + border) * 16,
    args: [n, height, width, channels, k, stride, dilation, MAPS[input], weight === "xnor"],
  };
};

export const depthwise = (heap: Heap, inputs: Inputs, options: DepthwiseOptions): TensorInfo => {
  const { out, scratch, args } = depthwisePlan(inputs, options);
  const y = heap.make(out);
  heap.call("depthwise", scratch, heap.address(inputs.x), heap.address(inputs.w), heap.address(y), ...args);
  return y;
};

/** The gradients of depthwise and pointwise take the same arguments: x, w, dy, the result, then the plan. */
const gradient =
  <A>(
    name: string,
    of: "x" | "w",
    plan: (inputs: Inputs, attrs: A) => { scratch: number; args: (number | boolean)[] },
  ) =>
  (heap: Heap, inputs: GradInputs, attrs: A): TensorInfo => {
    const { scratch, args } = plan(inputs, attrs);
    const result = heap.make(inputs[of].shape);
    const addresses = [inputs.x, inputs.w, inputs.dy, result].map((t) => heap.address(t));
    heap.call(name, scratch, ...addresses, ...args);
    return result;
  };

export const depthwiseGradX = gradient("depthwiseGradX", "x", depthwisePlan);
export const depthwiseGradW = gradient("depthwiseGradW", "w", depthwisePlan);

const matrixBytes = (inputs: number, outputs: number): number => roundUp(inputs, 8) * roundUp(outputs, 8) * 4;

const pointwisePlan = ({ x, w }: Inputs, { stride, offset, input, weight }: PointwiseOptions) => {
  const [n, height, width, inputs] = x.shape;
  const outputs = w.shape[1] ?? 0;
  const count = (extent: number) => Math.ceil((extent - offset) / stride);
  return {
    out: [n, count(height), count(width), outputs],
    scratch: 4 * matrixBytes(inputs, outputs) + 1024 * (roundUp(inputs, 8) + roundUp(outputs, 8)),
    args: [n, height, width, inputs, outputs, stride, offset, MAPS[input], weight === "xnor"],
  };
};

export const pointwise = (heap: Heap, inputs: Inputs, options: PointwiseOptions): TensorInfo => {
  const { out, scratch, args } = pointwisePlan(inputs, options);
  const y = heap.make(out);
  heap.call("pointwise", scratch, heap.address(inputs.x), heap.address(inputs.w), heap.address(y), ...args);
  return y;
};

export const pointwiseGradX = gradient("pointwiseGradX", "x", pointwisePlan);
export const pointwiseGradW = gradient("pointwiseGradW", "w", pointwisePlan);

const conv3x3Plan = (x: Tensor4D, outputs: number, { stride, relu }: Conv3x3Options) => {
  const [n, height, width, inputs] = x.shape;
  const wide = roundUp(Math.max(inputs, outputs), 8);
  return {
    out: [n, Math.ceil(height / stride), Math.ceil(width / stride), outputs],
    scratch: 27 * matrixBytes(inputs, outputs) + (height + 3) * (width + 2) * wide * 4,
    args: [n, height, width, inputs, outputs, stride, relu],
  };
};

export const conv3x3 = (heap: Heap, { x, w }: Inputs, options: Conv3x3Options): TensorInfo => {
  const { out, scratch, args } = conv3x3Plan(x, w.shape[3] ?? 0, options);
  const y = heap.make(out);
  heap.call("conv3x3", scratch, heap.address(x), heap.address(w), heap.address(y), ...args);
  return y;
};

export const conv3x3GradX = (heap: Heap, { x, w, dy }: GradInputs, options: Conv3x3Options): TensorInfo => {
  const { scratch, args } = conv3x3Plan(x, dy.shape[3], options);
  const dx = heap.make(x.shape);
  heap.call("conv3x3GradX", scratch, heap.address(x), heap.address(w), heap.address(dy), heap.address(dx), ...args);
  return dx;
};

export const conv3x3GradW = (heap: Heap, { x, w, dy }: GradInputs, options: Conv3x3Options): TensorInfo => {
  const { scratch, args } = conv3x3Plan(x, dy.shape[3], options);
  const dw = heap.make(w.shape);
  heap.call("conv3x3GradW", scratch, heap.address(x), heap.address(dy), heap.address(dw), ...args);
  return dw;
};
