import { activation, betweenHalves, type Layers, searchedWeights, sequential } from "./layers.js";
import type { LayerOptions, OperationLayer } from "./operation-layer.js";
import { factorizedReduce } from "./preprocess.js";

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

const separable = <T>(net: Layers<T>, name: string, x: T, kernel: 3 | 5, { channels, stride }: LayerOptions): T => {
  const first = convolution(net, `${name}.0`, x, { kernel, channels, stride, dilation: 1 });
  return convolution(net, `${name}.1`, first, { kernel, channels, stride: 1, dilation: 1 });
};

/** The operations of DARTS but for `none`, which gives nothing (paper.md section 1). */
export const dartsOperations: readonly OperationLayer[] = [
  {
    name: "max_pool_3x3",
    layer: (net, name, x, { stride }) =>
      sequential(
        net,
        x,
        (y) => net.maxPool(y, { size: 3, stride }),
        (y) => net.norm(`${name}.norm`, y),
      ),
  },
  {
    name: "avg_pool_3x3",
    layer: (net, name, x, { stride }) =>
      sequential(
        net,
        x,
        (y) => net.avgPool(y, { stride }),
        (y) => net.norm(`${name}.norm`, y),
      ),
  },
  {
    name: "skip_connect",
    layer: (net, name, x, { channels, stride }) =>
      stride === 1 ? x : factorizedReduce(net, name, x, { channels, searched: true }),
  },
  { name: "sep_conv_3x3", layer: (net, name, x, options) => separable(net, name, x, 3, options) },
  { name: "sep_conv_5x5", layer: (net, name, x, options) => separable(net, name, x, 5, options) },
  {
    name: "dil_conv_3x3",
    layer: (net, name, x, options) => convolution(net, name, x, { kernel: 3, dilation: 2, ...options }),
  },
  {
    name: "dil_conv_5x5",
    layer: (net, name, x, options) => convolution(net, name, x, { kernel: 5, dilation: 2, ...options }),
  },
];
