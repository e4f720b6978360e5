import type { ConvolutionNode } from "../form/convolution-node.js";
import type { NodeAttributes } from "./draft.js";

/** A convolution as ONNX has it. */
export type OnnxConvolution = {
  /** [channels out, channels in of a group, height, width] */
  readonly dims: readonly [number, number, number, number];
  /** Where the weight at a place of `dims`, row-major, lies in the node's own. */
  readonly source: (place: number) => number;
  /** Taps outside the image read zeros, which is to leave them out of the sum. */
  readonly attributes: NodeAttributes;
};

/** Ours are [height, width, in, out], [in, out] and, of a depthwise, [height, width, channels]. */
export const convolutionOf = (node: ConvolutionNode): OnnxConvolution => {
  const { shape } = node.weights;
  const out = node.shape.channels;
  if (node.kind === "depthwise") {
    const { kernel, dilation, stride } = node;
    const taps = kernel * kernel;
    return {
      dims: [out, 1, kernel, kernel],
      source: (place) => (place % taps) * out + Math.floor(place / taps),
      attributes: attributesOf(kernel, stride, (dilation * (kernel - 1)) / 2, dilation, out),
    };
  }
  const kernel = node.kind === "conv3x3" ? 3 : 1;
  const taps = kernel * kernel;
  const into = shape.at(-2) ?? 0;
  return {
    dims: [out, into, kernel, kernel],
    source: (place) =>
      ((place % taps) * into + (Math.floor(place / taps) % into)) * out + Math.floor(place / (taps * into)),
    attributes: attributesOf(kernel, node.stride, (kernel - 1) / 2, 1, 1),
  };
};

/** Those that are not what an operator without them has. */
const attributesOf = (
  kernel: number,
  stride: number,
  pad: number,
  dilation: number,
  group: number,
): NodeAttributes => ({
  ...(kernel === 1 ? {} : { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad] }),
  ...(stride === 1 ? {} : { strides: [stride, stride] }),
  ...(dilation === 1 ? {} : { dilations: [dilation, dilation] }),
  ...(group === 1 ? {} : { group }),
});
