import { activation, searchedWeights, sequential } from "./layers.js";
import type { OperationLayer } from "./operation-layer.js";

/**
 * The operations that NAS-Bench-201 has beside those of DARTS: activation, convolution, norm, binarized as the search is. (Its
 * `avg_pool_3x3` has no norm; ours is that of DARTS, whose norm has no parameters.)
 */
export const nasBench201Operations: readonly OperationLayer[] = [
  {
    name: "nor_conv_1x1",
    layer: (net, name, x, { channels, stride }) => {
      const input = activation(net.binarize);
      const weight = searchedWeights(net.binarize);
      return sequential(
        net,
        x,
        (y) => net.pointwise(`${name}.pointwise`, y, { out: channels, stride, offset: 0, input, weight }),
        (y) => net.norm(`${name}.norm`, y),
      );
    },
  },
  {
    name: "nor_conv_3x3",
    layer: (net, name, x, { channels, stride }) => {
      const input = activation(net.binarize);
      const weight = searchedWeights(net.binarize);
      return sequential(
        net,
        x,
        (y) => net.conv3x3(`${name}.conv`, y, { out: channels, stride, input, weight }),
        (y) => net.norm(`${name}.norm`, y),
      );
    },
  },
];
