import { activation, type Layers, searchedWeights, sequential } from "./layers.js";
import type { CellPlan } from "./stack.js";

/**
 * Halves height and width without losing a pixel's neighbour: activation, two 1x1 convolutions of stride 2 on grids
 * shifted by one pixel, concatenated, batch norm (DARTS). Weights `${name}.pointwise.0` and `.1`.
 * @param searched true inside an operation (binarized as the space is), false where it preprocesses (full precision)
 */
export const factorizedReduce = <T>(
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

/** Brings the inputs of a cell to its channels and to one height and width, where the network has them otherwise. */
export const preprocess = <T>(net: Layers<T>, plan: CellPlan, inputs: readonly T[]): T[] => {
  if (!plan.preprocessed) return [...inputs];
  return inputs.map((x, index) => {
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
};
