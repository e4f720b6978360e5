import type { InputMap, WeightMap } from "@bnas/kernels";
import type { Spec } from "@bnas/search";

export type Binarize = Spec["binarize"];

/**
 * What a network is built from. A network is written once over an unknown kind of value `T` and read in two ways:
 * with tensors it computes (tensor-layers.ts), with shapes it lists its parameters and its cost (trace.ts). So what is
 * stored, counted and estimated can never differ from what is computed. Activations are [batch, height, width, channels].
 */
export type Layers<T> = {
  readonly binarize: Binarize;
  /** Weights `${name}` [k,k,c]. */
  depthwise(
    name: string,
    x: T,
    options: {
      readonly kernel: 3 | 5;
      readonly stride: 1 | 2;
      readonly dilation: 1 | 2;
      readonly input: InputMap;
      readonly weight: WeightMap;
    },
  ): T;
  /** Weights `${name}` [channels of x, out]. */
  pointwise(
    name: string,
    x: T,
    options: {
      readonly out: number;
      readonly stride: 1 | 2;
      readonly offset: 0 | 1;
      readonly input: InputMap;
      readonly weight: WeightMap;
    },
  ): T;
  /** Weights `${name}` [3,3,channels of x,out]. */
  conv3x3(name: string, x: T, options: { readonly out: number; readonly stride: 1 | 2; readonly relu: boolean }): T;
  /** Batch norm; parameters `${name}.scale` and `${name}.shift` where the network's norms are affine. */
  norm(name: string, x: T): T;
  maxPool(x: T, options: { readonly size: 2 | 3; readonly stride: 1 | 2 }): T;
  avgPool(x: T, options: { readonly stride: 1 | 2 }): T;
  /** Sum of xs weighted by the mixture `name` (mixture.ts). */
  mix(name: string, xs: readonly T[]): T;
  sum(xs: readonly T[]): T;
  concat(xs: readonly T[]): T;
  /** The channels of x in consecutive parts. */
  split(x: T, sizes: readonly number[]): readonly T[];
  /** x, n times: for what is read n times (fan-out.ts). */
  fork(x: T, n: number): readonly T[];
  shuffle(x: T, options: { readonly groups: number }): T;
  /** Zeros in the batch, height and width of x, or half of the latter. */
  zeros(x: T, options: { readonly channels: number; readonly stride: 1 | 2 }): T;
  globalAveragePool(x: T): T;
  /** [b,1,1,channels] -> [b,1,1,out] by `${name}.weight` [channels, out] and `${name}.bias` [out], full precision. */
  linear(name: string, x: T, options: { readonly out: number; readonly relu: boolean }): T;
  /** Runs f and lets go of what it made except its result. */
  scope(f: () => T): T;
};

/** What meets a binarized convolution of an operation: ReLU in full precision, or the sign (paper.md section 2). */
export const activation = (binarize: Binarize): InputMap => (binarize === "weights+activations" ? "sign" : "relu");

/** What stands between the depthwise and the pointwise half of a separable convolution: nothing, or the sign. */
export const betweenHalves = (binarize: Binarize): InputMap =>
  binarize === "weights+activations" ? "sign" : "identity";

/** How the weights of the convolutions inside cells enter. */
export const searchedWeights = (binarize: Binarize): WeightMap => (binarize === "none" ? "real" : "xnor");
