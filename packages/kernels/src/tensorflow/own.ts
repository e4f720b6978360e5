import type { Tensor1D, Tensor4D, TensorInfo } from "@tensorflow/tfjs-core";
import type { Kernels } from "../contract.js";
import { EPSILON } from "../ops/batch-norm.js";
import type { ConvOptions } from "../ops/convolution.js";
import type { Attribute, Raw } from "./binding.js";
import { concatChannels, sliceChannels, sliceChannelsGrad, weightedSum, weightedSumGradX } from "./channels.js";
import type { OnTensorflow } from "./composed.js";
import * as norm from "./norm.js";
import type { TensorFlow } from "./tensorflow.js";

// Operations of our own in TensorFlow (deploy/engine-node/kernels), one for each kernel, on the CPU. Where TensorFlow needs
// several operations, each of which reads and writes the whole image, these pass it once.

/** As plane.h numbers them. */
const INPUTS = { identity: 0, relu: 1, sign: 2 } as const;

const integers = (tf: TensorFlow, values: Readonly<Record<string, number>>): readonly Attribute[] =>
  tf.attributes.of(`own ${Object.entries(values).flat().join(" ")}`, () =>
    Object.entries(values).map(([name, value]) => tf.attributes.int(name, value)),
  );

const maps = ({ input, weight }: ConvOptions) => ({ input: INPUTS[input], xnor: weight === "xnor" ? 1 : 0 });

type Convolution = Kernels["BnasDepthwise"]["inputs"];
type ConvolutionGrad = Kernels["BnasDepthwiseGradX"]["inputs"];

const convolution =
  <O extends ConvOptions>(name: string, numbers: (options: O) => Readonly<Record<string, number>>) =>
  (tf: TensorFlow, { x, w }: Convolution, options: O): Raw =>
    tf.op(name, integers(tf, { ...numbers(options), ...maps(options) }), tf.of(x), tf.of(w));

/** Both gradients at once, and the input's is handed over: the tape asks for it next, after that of the weights (ops/depthwise.ts). */
const weightGrad =
  <O extends ConvOptions>(name: string, numbers: (options: O) => Readonly<Record<string, number>>) =>
  (tf: TensorFlow, { x, w, dy }: ConvolutionGrad, options: O): Raw => {
    const attributes = integers(tf, { ...numbers(options), ...maps(options) });
    const [dw, dx] = tf.ops(name, attributes, [tf.of(x), tf.of(w), tf.of(dy)], 2) as [Raw, Raw];
    tf.handOver([x, w, dy], dx);
    return dw;
  };

/** Alone if that of the weights is not requested: in a step of the strengths. */
const inputGrad =
  <O extends ConvOptions>(name: string, numbers: (options: O) => Readonly<Record<string, number>>) =>
  (tf: TensorFlow, { x, w, dy }: ConvolutionGrad, options: O): Raw =>
    tf.handedOver([x, w, dy]) ??
    tf.op(name, integers(tf, { ...numbers(options), ...maps(options) }), tf.of(x), tf.of(w), tf.of(dy));

const deep = ({ stride, dilation }: Kernels["BnasDepthwise"]["attrs"]) => ({ stride, dilation });
const wide = ({ stride, offset }: Kernels["BnasPointwise"]["attrs"]) => ({ stride, offset });

const isOne = (tf: TensorFlow, weights: Tensor1D, index: number): boolean => tf.values(weights)[index] === 1;

const all = (tf: TensorFlow, xs: readonly Tensor4D[]): Raw[] => xs.map((x) => tf.of(x));

/** What is not here is as composed; so is a batch norm of another epsilon than a search has. */
export const OWN = {
  BnasDepthwise: convolution("BnasDepthwise", deep),
  BnasDepthwiseGradX: inputGrad("BnasDepthwiseGradX", deep),
  BnasDepthwiseGradW: weightGrad("BnasDepthwiseGrad", deep),
  BnasPointwise: convolution("BnasPointwise", wide),
  BnasPointwiseGradX: inputGrad("BnasPointwiseGradX", wide),
  BnasPointwiseGradW: weightGrad("BnasPointwiseGrad", wide),
  BnasBatchNorm: (tf, { x }, options) =>
    options.epsilon === EPSILON ? tf.ops("BnasBatchNorm", [], [tf.of(x)], 3) : norm.batchNorm(tf, { x }, options),
  BnasBatchNormGrad: (tf, { y, variance, dy }, options) => {
    if (options.epsilon !== EPSILON) return norm.batchNormGrad(tf, { y, variance, dy }, options);
    const { x: upstream, weights, index } = tf.factors(dy) ?? { x: dy, weights: null, index: 0 };
    const scales = weights === null ? tf.fill(1, 1) : tf.of(weights);
    return tf.op("BnasBatchNormGrad", integers(tf, { index }), tf.of(y), tf.of(variance), tf.of(upstream), scales);
  },
  BnasMaxPool: (tf, { x }, { size, stride }) => {
    const [y, winner] = tf.ops("BnasMaxPool", integers(tf, { size, stride }), [tf.of(x)], 2) as [Raw, Raw];
    // The tape makes a gradient of zeros for it, in the shape given here, which no one reads.
    return [y, { ...winner, shape: [1, 1, 1, 1] }];
  },
  BnasMaxPoolGrad: (tf, { winner, dy }, { size, stride, height, width }) =>
    tf.op("BnasMaxPoolGrad", integers(tf, { size, stride, height, width }), tf.opaque(winner), tf.of(dy)),
  BnasAvgPool: (tf, { x }, { stride }) => tf.op("BnasAvgPool", integers(tf, { stride }), tf.of(x)),
  BnasAvgPoolGrad: (tf, { dy }, { stride, height, width }) =>
    tf.op("BnasAvgPoolGrad", integers(tf, { stride, height, width }), tf.of(dy)),
  BnasWeightedSum: (tf, inputs) => {
    const [weights, ...xs] = inputs;
    if (xs.length === 1) return weightedSum(tf, inputs);
    return tf.op("BnasWeightedSum", integers(tf, { N: xs.length }), tf.of(weights), ...all(tf, xs));
  },
  BnasWeightedSumGradX: (tf, inputs, { index }): Raw | TensorInfo => {
    if (isOne(tf, inputs.weights, index)) return weightedSumGradX(tf, inputs, { index });
    return tf.later({ x: inputs.dy, weights: inputs.weights, index }, ({ x, weights }) =>
      tf.op("BnasWeightedSumGradX", integers(tf, { index }), tf.of(weights), tf.of(x)),
    );
  },
  BnasWeightedSumGradWeights: (tf, [dy, ...xs]) =>
    tf.op("BnasWeightedSumGradWeights", integers(tf, { N: xs.length }), tf.of(dy), ...all(tf, xs)),
  BnasConcat: (tf, xs): Raw | TensorInfo =>
    xs.length === 1 ? concatChannels(tf, xs) : tf.op("BnasConcat", integers(tf, { N: xs.length }), ...all(tf, xs)),
  BnasSlice: (tf, { x }, options): Raw | TensorInfo => {
    const { begin, size, channels } = options;
    if (size === channels) return sliceChannels(tf, { x }, options);
    return tf.op("BnasSlice", integers(tf, { begin, size }), tf.of(x));
  },
  BnasSliceGrad: (tf, { dy }, options): Raw | TensorInfo => {
    const { begin, size, channels } = options;
    if (size === channels) return sliceChannelsGrad(tf, { dy }, options);
    return tf.op("BnasSliceGrad", integers(tf, { begin, channels }), tf.of(dy));
  },
  BnasShuffle: (tf, { x }, { groups }): Raw | TensorInfo =>
    groups === 1 || groups === x.shape[3] ? tf.share(x) : tf.op("BnasShuffle", integers(tf, { groups }), tf.of(x)),
} satisfies Partial<OnTensorflow>;
