import type { Operation } from "@bnas/search";
import { activation, betweenHalves, type Layers, searchedWeights, sequential } from "./layers.js";
import type { CellPlan } from "./stack.js";

/** Half-convolutions of a separable or dilated convolution: activation, depthwise k x k, pointwise, batch norm. */
const convolution = <T>(
  net: Layers<T>,
  name: string,
  x: T,
  options: {
    readonly kernel: 3 | 5;
    readonly channels: number;
    readonly stride: 1 | 2;
    readonly dilation: 1 | 2;
  },
): T => {
  const { channels, ...rest } = options;
  const weight = searchedWeights(net.binarize);
  const deep = { ...rest, input: activation(net.binarize), weight };
  const wide = { out: channels, stride: 1, offset: 0, input: betweenHalves(net.binarize), weight } as const;
  return sequential(
    net,
    x,
    (y) => net.depthwise(`${name}.depthwise`, y, deep),
    (y) => net.pointwise(`${name}.pointwise`, y, wide),
    (y) => net.norm(`${name}.norm`, y),
  );
};

/**
 * Halves height and width without losing a pixel's neighbour: activation, two 1x1 convolutions of stride 2 on grids
 * shifted by one pixel, concatenated, batch norm (DARTS). Weights `${name}.pointwise.0` and `.1`.
 * @param searched true inside an operation (binarized as the space is), false where it preprocesses (full precision)
 */
const factorizedReduce = <T>(
  net: Layers<T>,
  name: string,
  x: T,
  options: { readonly channels: number; readonly searched: boolean },
): T =>
  net.scope(() => {
    const input = options.searched ? activation(net.binarize) : "relu";
    const weight = options.searched ? searchedWeights(net.binarize) : "real";
    const { channels } = options;
    // An odd count gives the first grid one channel more; a single channel has the first grid alone.
    const outs = [Math.ceil(channels / 2), Math.floor(channels / 2)].filter((out) => out > 0);
    const halves = outs.map((out, grid) =>
      net.pointwise(`${name}.pointwise.${grid}`, x, { out, stride: 2, offset: grid === 0 ? 0 : 1, input, weight }),
    );
    return net.norm(`${name}.norm`, net.concat(halves));
  });

/** Whether an operation gives something: `none` takes its share of a mixture and adds nothing. */
export const gives = (operation: Operation): boolean => operation !== "none";

/**
 * One operation of the space on x (paper.md section 1).
 * @param name prefix of its parameters: `cell.3.edge.2-4.sep_conv_3x3`
 * @param operation any but `none`, which gives nothing
 * @param options.channels of x, and of the result
 * @param options.stride 2 on the edges of a reduction cell that leave its inputs
 */
export const applyOperation = <T>(
  net: Layers<T>,
  name: string,
  operation: Operation,
  x: T,
  options: { readonly channels: number; readonly stride: 1 | 2 },
): T => {
  const { channels, stride } = options;
  const separable = (kernel: 3 | 5): T => {
    const first = convolution(net, `${name}.0`, x, { kernel, channels, stride, dilation: 1 });
    return convolution(net, `${name}.1`, first, { kernel, channels, stride: 1, dilation: 1 });
  };
  switch (operation) {
    case "max_pool_3x3":
      return sequential(
        net,
        x,
        (y) => net.maxPool(y, { size: 3, stride }),
        (y) => net.norm(`${name}.norm`, y),
      );
    case "avg_pool_3x3":
      return sequential(
        net,
        x,
        (y) => net.avgPool(y, { stride }),
        (y) => net.norm(`${name}.norm`, y),
      );
    case "skip_connect":
      return stride === 1 ? x : factorizedReduce(net, name, x, { channels, searched: true });
    case "sep_conv_3x3":
      return separable(3);
    case "sep_conv_5x5":
      return separable(5);
    case "dil_conv_3x3":
      return convolution(net, name, x, { kernel: 3, channels, stride, dilation: 2 });
    case "dil_conv_5x5":
      return convolution(net, name, x, { kernel: 5, channels, stride, dilation: 2 });
    default:
      throw new RangeError(`no layer is registered for ${operation}`);
  }
};

/** Brings both inputs of a cell to its channels and to one height and width. */
export const preprocess = <T>(net: Layers<T>, plan: CellPlan, inputs: readonly [T, T]): T[] =>
  inputs.map((x, index) => {
    const name = `${plan.name}.preprocess.${index}`;
    if (index === 0 && plan.reducedBefore) {
      return factorizedReduce(net, name, x, { channels: plan.channels, searched: false });
    }
    const input = activation(net.binarize);
    const options = { out: plan.channels, stride: 1, offset: 0, input, weight: searchedWeights(net.binarize) } as const;
    return sequential(
      net,
      x,
      (y) => net.pointwise(`${name}.pointwise`, y, options),
      (y) => net.norm(`${name}.norm`, y),
    );
  });
