import type { GraphOperation, ValueShape } from "./graph.js";

/** The most values that a result may have, for one image: more is no network of bnas, but a damaged file. */
const MOST_VALUES = 2 ** 26;

/**
 * The shape of what an operation gives.
 * @param channels how many a convolution and zeros are to give
 * @returns a text that says what was expected, when the operation cannot read such inputs
 */
export const shapeOf = (
  operation: GraphOperation,
  inputs: readonly ValueShape[],
  channels: number,
): ValueShape | string => {
  const [x, ...others] = inputs;
  if (x === undefined) return "an input";
  const shape = shapeFrom(operation, x, others, channels);
  if (typeof shape === "string") return shape;
  const size = shape.height * shape.width * shape.channels;
  return size >= 1 && size <= MOST_VALUES ? shape : `a result of 1 to ${MOST_VALUES} values`;
};

const shapeFrom = (
  operation: GraphOperation,
  x: ValueShape,
  others: readonly ValueShape[],
  channels: number,
): ValueShape | string => {
  const alike = others.every(({ height, width }) => height === x.height && width === x.width);
  switch (operation.kind) {
    case "concat":
      if (!alike) return "inputs of one height and width";
      return { ...x, channels: others.reduce((sum, other) => sum + other.channels, x.channels) };
    case "sum":
      if (!alike || others.some((other) => other.channels !== x.channels)) return "inputs of one shape";
      return x;
    case "depthwise":
    case "avgPool":
      return strided(x, operation.stride);
    case "maxPool":
      if (operation.size === 3) return strided(x, operation.stride);
      return strided({ ...x, height: x.height - 1, width: x.width - 1 }, operation.stride);
    case "zeros":
    case "conv3x3":
      return strided({ ...x, channels }, operation.stride);
    case "pointwise":
      return strided(
        { height: x.height - operation.offset, width: x.width - operation.offset, channels },
        operation.stride,
      );
    case "globalAveragePool":
      return { height: 1, width: 1, channels: x.channels };
    case "linear":
      return x.height === 1 && x.width === 1 ? { height: 1, width: 1, channels } : "an input of 1x1";
    default:
      return x;
  }
};

const strided = ({ height, width, channels }: ValueShape, stride: 1 | 2): ValueShape => ({
  height: Math.ceil(height / stride),
  width: Math.ceil(width / stride),
  channels,
});
