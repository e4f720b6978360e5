import type { InputMap, WeightMap } from "@bnas/kernels";
import type { Spec } from "@bnas/search";

export type Binarize = Spec["binarize"];

/** By which method weights get one bit. */
export type Binarizer = Spec["binarizer"];

/** Of what a scale of 1-bit weights is the mean: of a whole tensor, or of the weights of one output channel. */
export type Xnor = Spec["conventions"]["xnor"];

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
  conv3x3(
    name: string,
    x: T,
    options: { readonly out: number; readonly stride: 1 | 2; readonly input: InputMap; readonly weight: WeightMap },
  ): T;
  /** max(x, 0). */
  relu(x: T): T;
  /**
   * Batch norm; parameters `${name}.scale` and `${name}.shift` where it is affine: every norm of a derived network, none of a search but,
   * where the spec wants it, that of the stem.
   */
  norm(name: string, x: T, options?: { readonly stem: boolean }): T;
  maxPool(x: T, options: { readonly size: 2 | 3; readonly stride: 1 | 2 }): T;
  avgPool(x: T, options: { readonly stride: 1 | 2 }): T;
  /** Each operation on x. */
  each(x: T, operations: readonly ((x: T) => T)[]): readonly T[];
  /** Sum of xs weighted by the mixture `name` (mixture.ts). */
  mix(name: string, xs: readonly T[]): T;
  sum(xs: readonly T[]): T;
  concat(xs: readonly T[]): T;
  /** The channels of x as every edge that leaves it sees them. Asked again for the same x it gives the same. */
  partial(x: T, options: { readonly partial: number; readonly stride: 1 | 2 }): PartialChannels<T>;
  shuffle(x: T, options: { readonly groups: number }): T;
  /** Zeros in the batch, height and width of x, or half of the latter. */
  zeros(x: T, options: { readonly channels: number; readonly stride: 1 | 2 }): T;
  globalAveragePool(x: T): T;
  /** [b,1,1,channels] -> [b,1,1,out] by `${name}.weight` [channels, out] and `${name}.bias` [out], full precision. */
  linear(name: string, x: T, options: { readonly out: number; readonly relu: boolean }): T;
  /** Computes f, and forgets what it made except its result, as a function forgets its variables. */
  scope(f: () => T): T;
};

/** A value as the edges that leave it see it (PC-DARTS). */
export type PartialChannels<T> = {
  /** The first 1/partial of the channels. */
  readonly passing: T;
  /** The other channels, through a 2x2 max-pool where the edge halves; null where all pass. */
  readonly bypass: T | null;
};

/** Layers one after the other, as PyTorch's Sequential. */
export const sequential = <T>(net: Layers<T>, x: T, ...layers: readonly ((x: T) => T)[]): T =>
  net.scope(() => layers.reduce((value, layer) => layer(value), x));

/** What meets a binarized convolution of an operation: ReLU in full precision, or the sign (paper.md section 2). */
export const activation = (binarize: Binarize): InputMap => (binarize === "weights+activations" ? "sign" : "relu");

/** What stands between the depthwise and the pointwise half of a separable convolution: nothing, or the sign. */
export const betweenHalves = (binarize: Binarize): InputMap =>
  binarize === "weights+activations" ? "sign" : "identity";

/**
 * How the weights of the convolutions inside cells enter: `xnor` is as a sign and a scale, whatever the binarizer; layers know which it is.
 */
export const searchedWeights = (binarize: Binarize): WeightMap => (binarize === "none" ? "real" : "xnor");
