import {
  engine,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";

// What a backend has to provide: every kernel, its inputs, attributes and outputs. portable.ts and wasm/ are checked
// against this map by the compiler, so a kernel cannot be missing on one of them.

/** What is applied to the input before a convolution: its gradient is 1[x > 0] for relu, 1[|x| <= 1] for sign (STE). */
export type InputMap = "identity" | "relu" | "sign";

/** How the weights enter. `xnor`: y = a * conv(., sign(w)), a = mean |w| over the whole tensor, multiplied after the
 * sum; dL/dw = dL/dw_b * (1/n + a * 1[|w| <= 1]) (XNOR-Net; paper.md section 2). */
export type WeightMap = "real" | "xnor";

export type ConvOptions = { readonly input: InputMap; readonly weight: WeightMap };
export type DepthwiseOptions = ConvOptions & { readonly stride: 1 | 2; readonly dilation: 1 | 2 };
export type PointwiseOptions = ConvOptions & { readonly stride: 1 | 2; readonly offset: 0 | 1 };
export type Conv3x3Options = { readonly stride: 1 | 2; readonly relu: boolean };
export type MaxPoolOptions = { readonly size: 2 | 3; readonly stride: 1 | 2 };
export type AvgPoolOptions = { readonly stride: 1 | 2 };
export type SliceOptions = { readonly begin: number; readonly size: number };
export type ShuffleOptions = { readonly groups: number };

/** Height and width of the forward input, for gradients that do not keep it. */
export type Extent = { readonly height: number; readonly width: number };

type Kernel<I, A, O> = { readonly inputs: I; readonly attrs: A; readonly output: O };
type None = Readonly<Record<never, never>>;
type Convolution = { readonly x: Tensor4D; readonly w: Tensor };
type ConvolutionGrad = Convolution & { readonly dy: Tensor4D };
type Gradient = { readonly dy: Tensor4D };

export type Kernels = {
  BnasDepthwise: Kernel<Convolution, DepthwiseOptions, Tensor4D>;
  BnasDepthwiseGradX: Kernel<ConvolutionGrad, DepthwiseOptions, Tensor4D>;
  BnasDepthwiseGradW: Kernel<ConvolutionGrad, DepthwiseOptions, Tensor>;
  BnasPointwise: Kernel<Convolution, PointwiseOptions, Tensor4D>;
  BnasPointwiseGradX: Kernel<ConvolutionGrad, PointwiseOptions, Tensor4D>;
  BnasPointwiseGradW: Kernel<ConvolutionGrad, PointwiseOptions, Tensor>;
  BnasConv3x3: Kernel<Convolution, Conv3x3Options, Tensor4D>;
  BnasConv3x3GradX: Kernel<ConvolutionGrad, Conv3x3Options, Tensor4D>;
  BnasConv3x3GradW: Kernel<ConvolutionGrad, Conv3x3Options, Tensor>;
  /** [y, mean, biased variance]. */
  BnasBatchNorm: Kernel<{ readonly x: Tensor4D }, None, [Tensor4D, Tensor1D, Tensor1D]>;
  BnasBatchNormGrad: Kernel<
    { readonly y: Tensor4D; readonly variance: Tensor1D; readonly dy: Tensor4D },
    None,
    Tensor4D
  >;
  /** [y, which tap of the window won]: the second is private to the backend and goes back to its gradient only. */
  BnasMaxPool: Kernel<{ readonly x: Tensor4D }, MaxPoolOptions & Extent, [Tensor4D, Tensor4D]>;
  BnasMaxPoolGrad: Kernel<{ readonly winner: Tensor4D; readonly dy: Tensor4D }, MaxPoolOptions & Extent, Tensor4D>;
  BnasAvgPool: Kernel<{ readonly x: Tensor4D }, AvgPoolOptions & Extent, Tensor4D>;
  BnasAvgPoolGrad: Kernel<Gradient, AvgPoolOptions & Extent, Tensor4D>;
  /** Inputs: the weights, then the summands. */
  BnasWeightedSum: Kernel<readonly [Tensor1D, ...Tensor4D[]], None, Tensor4D>;
  /** dy * weights[index]: the gradient of one summand. */
  BnasWeightedSumGradX: Kernel<Gradient & { readonly weights: Tensor1D }, { readonly index: number }, Tensor4D>;
  /** Inputs: dy, then the summands. Gives the inner product of dy with each. */
  BnasWeightedSumGradWeights: Kernel<readonly [Tensor4D, ...Tensor4D[]], None, Tensor1D>;
  BnasConcat: Kernel<readonly Tensor4D[], { readonly sizes: readonly number[] }, Tensor4D>;
  BnasSlice: Kernel<{ readonly x: Tensor4D }, SliceOptions & { readonly channels: number }, Tensor4D>;
  /** dy at its channels, zero elsewhere. */
  BnasSliceGrad: Kernel<Gradient, SliceOptions & { readonly channels: number }, Tensor4D>;
  BnasShuffle: Kernel<{ readonly x: Tensor4D }, ShuffleOptions, Tensor4D>;
  BnasGlobalAveragePool: Kernel<{ readonly x: Tensor4D }, Extent, Tensor4D>;
  BnasGlobalAveragePoolGrad: Kernel<Gradient, Extent, Tensor4D>;
};

export type KernelName = keyof Kernels;

/** Runs a kernel on the backend in use; recorded on the tape if one is running. */
export const run = <K extends KernelName>(
  name: K,
  inputs: Kernels[K]["inputs"],
  attrs: Kernels[K]["attrs"],
): Kernels[K]["output"] =>
  // The engine types every kernel's inputs and outputs alike; Kernels has the real ones, and both backends are held to it.
  engine().runKernel(
    name,
    inputs as unknown as NamedTensorMap,
    attrs as unknown as NamedAttrMap,
  ) as unknown as Kernels[K]["output"];
