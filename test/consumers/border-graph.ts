import type { Graph, GraphNode, GraphOperation, GraphWeights, ValueShape } from "@bnas/model";
import { stream } from "@bnas/search";

type Reading = { readonly operation: GraphOperation; readonly bits: boolean };

/**
 * A graph in which every operation that looks beyond the border of an image reads the image itself, in every kernel, stride, dilation and
 * offset: convolutions of +1 and -1 its signs and its positive part, the others its positive part.
 */
export const borderGraph = (input: ValueShape): Graph => {
  const nodes: GraphNode[] = [
    { kind: "relu", name: "image.relu", inputs: ["image"], shape: input },
    { kind: "sign", name: "image.sign", inputs: ["image"], shape: input },
  ];
  const means: GraphNode[] = [];
  for (const { operation, bits } of readings(input.channels)) {
    const name = `${operation.kind}.${nodes.length}`;
    const shape = shapeOf(operation, input);
    nodes.push({ ...operation, name, inputs: [bits ? "image.sign" : "image.relu"], shape });
    const flat = { height: 1, width: 1, channels: shape.channels };
    means.push({ kind: "globalAveragePool", name: `${name}.mean`, inputs: [name], shape: flat });
  }
  const channels = means.reduce((sum, { shape }) => sum + shape.channels, 0);
  nodes.push(...means);
  nodes.push({
    kind: "concat",
    name: "means",
    inputs: means.map(({ name }) => name),
    shape: { height: 1, width: 1, channels },
  });
  nodes.push({
    kind: "linear",
    name: "classifier",
    inputs: ["means"],
    shape: { height: 1, width: 1, channels: 2 },
    weight: { shape: [channels, 2], values: Float32Array.from({ length: 2 * channels }, (_, i) => (i % 3) - 1) },
    bias: Float32Array.of(0.5, -0.5),
  });
  const mean = Array.from({ length: input.channels }, () => 0.5);
  return { input, classes: ["one", "other"], normalization: { mean, std: mean }, origin: {}, nodes };
};

/** Images of which each has one pixel that is not 0: one image for every pixel. */
export const onePixelImages = ({ height, width, channels }: ValueShape): Float32Array => {
  const images = new Float32Array(height * width * height * width * channels);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      images[(pixel * height * width + pixel) * channels + channel] = channel % 2 === 0 ? 1 : -1;
    }
  }
  return images;
};

const readings = (channels: number): readonly Reading[] => {
  const depthwise = ([3, 5] as const).flatMap((kernel) =>
    ([1, 2] as const).flatMap((stride) =>
      ([1, 2] as const).map((dilation) => {
        const weights = signsOf([kernel, kernel, channels]);
        return { kind: "depthwise", kernel, stride, dilation, weights } as const;
      }),
    ),
  );
  const others = ([1, 2] as const).flatMap((stride) => [
    { kind: "conv3x3", stride, weights: signsOf([3, 3, channels, 4]) } as const,
    { kind: "pointwise", stride, offset: 0, weights: signsOf([channels, 4]) } as const,
  ]);
  const shifted = { kind: "pointwise", stride: 2, offset: 1, weights: signsOf([channels, 4]) } as const;
  const pools = ([1, 2] as const).flatMap((stride): GraphOperation[] => [
    { kind: "maxPool", size: 3, stride },
    { kind: "avgPool", stride },
    { kind: "maxPool", size: 2, stride },
  ]);
  const ones = [...depthwise, ...others, shifted];
  return [
    ...ones.map((operation) => ({ operation, bits: true })),
    ...[...ones, ...pools].map((operation) => ({ operation, bits: false })),
  ];
};

const signsOf = (shape: readonly number[]): GraphWeights => {
  const { below } = stream(1, "border", ...shape);
  const size = shape.reduce((product, side) => product * side, 1);
  return { kind: "signs", shape, values: Int8Array.from({ length: size }, () => 2 * below(2) - 1), alpha: 0.25 };
};

const shapeOf = (operation: GraphOperation, { height, width, channels }: ValueShape): ValueShape => {
  if (operation.kind === "maxPool" && operation.size === 2) {
    const count = (side: number) => Math.floor((side - 2) / operation.stride) + 1;
    return { height: count(height), width: count(width), channels };
  }
  const stride = "stride" in operation ? operation.stride : 1;
  const offset = operation.kind === "pointwise" ? operation.offset : 0;
  const out = operation.kind === "pointwise" || operation.kind === "conv3x3" ? 4 : channels;
  return { height: Math.ceil((height - offset) / stride), width: Math.ceil((width - offset) / stride), channels: out };
};
