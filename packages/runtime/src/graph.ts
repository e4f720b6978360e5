/** An activation of one image: row by row, pixel by pixel, channel by channel. */
export type ValueShape = { readonly height: number; readonly width: number; readonly channels: number };

/** Weights of a convolution: +1 and -1 with their scale, or real numbers. */
export type GraphWeights =
  | {
      readonly kind: "signs";
      readonly shape: readonly number[];
      /** +1 or -1, row-major. */
      readonly values: Int8Array;
      /** What the sum is multiplied by afterwards: one number for all, or one for each channel of the result. */
      readonly alpha: number | Float32Array;
    }
  | { readonly kind: "real"; readonly shape: readonly number[]; readonly values: Float32Array };

/**
 * What a node computes of its inputs, for each image. Convolutions and average pools have no padding value: a tap outside the image does
 * not take part. So for an input of +1 and -1 the border is a third value, 0, in the sum.
 */
export type GraphOperation =
  /** max(x, 0). */
  | { readonly kind: "relu" }
  /** +1 where x >= 0 (-0 too), else -1. */
  | { readonly kind: "sign" }
  /** +1 where x >= at, by channel, else -1. x are whole numbers: sums of signs. */
  | { readonly kind: "threshold"; readonly at: Int32Array }
  /** Weights [kernel, kernel, channels]; the taps of a pixel are `dilation` apart, the middle one over the pixel. */
  | {
      readonly kind: "depthwise";
      readonly kernel: 3 | 5;
      readonly stride: 1 | 2;
      readonly dilation: 1 | 2;
      readonly weights: GraphWeights;
    }
  /** Weights [channels of x, channels]; reads the pixels (stride * i + offset, stride * j + offset). */
  | { readonly kind: "pointwise"; readonly stride: 1 | 2; readonly offset: 0 | 1; readonly weights: GraphWeights }
  /** Weights [3, 3, channels of x, channels], the middle tap over the pixel. */
  | { readonly kind: "conv3x3"; readonly stride: 1 | 2; readonly weights: GraphWeights }
  /** factor * x + offset by channel: a batch norm with its running statistics. */
  | { readonly kind: "affine"; readonly factor: Float32Array; readonly offset: Float32Array }
  /** The largest of 3x3 pixels around a pixel that are in the image; of size 2 those from it to the right and below, all in the image. */
  | { readonly kind: "maxPool"; readonly size: 2 | 3; readonly stride: 1 | 2 }
  /** The mean of the 3x3 pixels around a pixel that are in the image. */
  | { readonly kind: "avgPool"; readonly stride: 1 | 2 }
  /** The channels of the first input, then those of the next. */
  | { readonly kind: "concat" }
  /** The inputs added, from the first to the last. */
  | { readonly kind: "sum" }
  /** Zeros, in the shape of the node, which has 1 / stride of its input's height and width. */
  | { readonly kind: "zeros"; readonly stride: 1 | 2 }
  /** Channel g * (channels / groups) + i becomes channel i * groups + g. */
  | { readonly kind: "shuffle"; readonly groups: number }
  /** The mean of all pixels: a shape of 1x1. */
  | { readonly kind: "globalAveragePool" }
  /** x * weight + bias of a value of 1x1; weight [channels of x, channels]. */
  | {
      readonly kind: "linear";
      readonly weight: { readonly shape: readonly number[]; readonly values: Float32Array };
      readonly bias: Float32Array;
    };

/** One operation of a graph, and its result's name. */
export type GraphNode = GraphOperation & {
  /** Of its result. That of a convolution and a norm is the name of its parameters: `cell.0.node.2.1.dil_conv_3x3.depthwise`. */
  readonly name: string;
  /** Names of nodes before it, or `image`. */
  readonly inputs: readonly string[];
  /** Of its result. */
  readonly shape: ValueShape;
};

/** The name of the images that a graph is given. */
export const IMAGE = "image";

/**
 * A network as nodes in the order in which they are computed: what the runtime and every export share. The last node gives the logits,
 * 1x1 with a channel a class. Its input is normalized: (pixel / 255 - mean) / std.
 */
export type Graph = {
  readonly input: ValueShape;
  readonly classes: readonly string[];
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** Where it is from, for people: search, seed, epochs. */
  readonly origin: Readonly<Record<string, string | number>>;
  readonly nodes: readonly GraphNode[];
};
