import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import * as ops from "../src/index.js";
import * as oracle from "./oracle.js";

// What is run on every backend: an operation, its inputs and what the oracle says of it.

export type Case = {
  readonly name: string;
  readonly inputs: readonly oracle.Values[];
  readonly run: (...inputs: Tensor[]) => Tensor;
  readonly oracle: oracle.Oracle;
};

/** Numbers in [-2, 2] that a 32-bit float holds, many of them exactly 0, -0, 1 or -1, where the maps have their corners. */
export const values = (shape: readonly number[], seed: number): oracle.Values => {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const corners = [0, -0, 1, -1];
  const one = () => (next() < 0.1 ? (corners[Math.floor(next() * 4)] ?? 0) : Math.fround(next() * 4 - 2));
  return { shape, data: oracle.zeros(shape).data.map(one) };
};

const of = (
  name: string,
  shapes: readonly (readonly number[])[],
  run: Case["run"],
  expected: oracle.Oracle,
  seed = 1,
): Case => ({
  name: `${name} of ${shapes.map((shape) => `[${shape}]`).join(", ")}`,
  inputs: shapes.map((shape, index) => values(shape, seed + index)),
  run,
  oracle: expected,
});

const each = <T, R>(items: readonly T[], f: (item: T) => readonly R[]): R[] => items.flatMap(f);

/** Odd and even, larger and smaller than the window. */
const EXTENTS = [
  [2, 5, 6],
  [1, 8, 4],
  [2, 3, 3],
  [1, 1, 2],
] as const;
const CHANNELS = [1, 3, 4, 6, 16, 20] as const;
const STRIDES = [1, 2] as const;
const MAPS = each(["identity", "relu", "sign"] as const, (input) =>
  (["real", "xnor"] as const).map((weight) => ({ input, weight })),
);

/** Every fourth extent only: each number of channels meets some extent, each extent some number of channels. */
const shapes: readonly (readonly [number, number, number, number])[] = CHANNELS.flatMap((channels, index) =>
  [EXTENTS[index % EXTENTS.length] ?? EXTENTS[0], EXTENTS[(index + 1) % EXTENTS.length] ?? EXTENTS[0]].map(
    ([n, h, w]) => [n, h, w, channels] as const,
  ),
);

const convolutions: Case[] = each(shapes, (shape) => [
  ...each(MAPS, (maps) =>
    each(STRIDES, (stride) => [
      ...each([3, 5], (k) =>
        ([1, 2] as const).map((dilation) => {
          const options = { ...maps, stride, dilation };
          const run = (x: Tensor, w: Tensor) => ops.depthwise(x as Tensor4D, w, options);
          const name = `depthwise ${k} stride ${stride} dilation ${dilation} ${maps.input} ${maps.weight}`;
          return of(name, [shape, [k, k, shape[3]]], run, oracle.depthwise(options), k);
        }),
      ),
      ...each([0, 1] as const, (offset) => {
        if (offset === 1 && (shape[1] === 1 || stride === 1)) return [];
        const options = { ...maps, stride, offset };
        const run = (x: Tensor, w: Tensor) => ops.pointwise(x as Tensor4D, w as Tensor2D, options);
        const name = `pointwise stride ${stride} offset ${offset} ${maps.input} ${maps.weight}`;
        return [1, 8, 18].map((outputs) =>
          of(name, [shape, [shape[3], outputs]], run, oracle.pointwise(options), outputs),
        );
      }),
    ]),
  ),
  ...each(STRIDES, (stride) =>
    each([true, false], (relu) => {
      const run = (x: Tensor, w: Tensor) => ops.conv3x3(x as Tensor4D, w as Tensor4D, { stride, relu });
      const name = `conv3x3 stride ${stride} ${relu ? "relu" : "identity"}`;
      return [2, 8, 20].map((outputs) =>
        of(name, [shape, [3, 3, shape[3], outputs]], run, oracle.conv3x3({ stride, relu }), outputs),
      );
    }),
  ),
]);

/** The rate is large, so that its part of the projection loss is seen. */
const RATE = 100;

/** The weights that a convolution computes with are let go of with what it read. */
const projectedInto =
  (convolve: (x: Tensor4D, w: Tensor) => Tensor): Case["run"] =>
  (x, w, p) =>
    tidy(() => convolve(x as Tensor4D, ops.projected(w as Tensor, p as Tensor2D, { rate: RATE })));

/** Convolutions of PCNN: their weights through a projection, with every map of the input and every shape of weights. */
const projections: Case[] = each(shapes, (shape) =>
  each(["identity", "relu", "sign"] as const, (input) =>
    each([1, 2] as const, (stride) => {
      const deep = { input, stride, dilation: 1 } as const;
      const wide = { input, stride, offset: 0 } as const;
      return [
        ...[3, 5].map((k) =>
          of(
            `projected depthwise ${k} stride ${stride} ${input}`,
            [shape, [k, k, shape[3]], [k, k]],
            projectedInto((x, w) => ops.depthwise(x, w, { ...deep, weight: "xnor" })),
            oracle.throughProjection(oracle.depthwise({ ...deep, weight: "real" }), RATE),
            k,
          ),
        ),
        ...[1, 8].map((outputs) =>
          of(
            `projected pointwise stride ${stride} ${input}`,
            [shape, [shape[3], outputs], [1, 1]],
            projectedInto((x, w) => ops.pointwise(x, w as Tensor2D, { ...wide, weight: "xnor" })),
            oracle.throughProjection(oracle.pointwise({ ...wide, weight: "real" }), RATE),
            outputs,
          ),
        ),
      ];
    }),
  ),
);

const pools: Case[] = each(shapes, (shape) => [
  ...each(STRIDES, (stride) => [
    of(
      `maxPool 3 stride ${stride}`,
      [shape],
      (x) => ops.maxPool(x as Tensor4D, { size: 3, stride }),
      oracle.maxPool({ size: 3, stride }),
    ),
    of(`avgPool stride ${stride}`, [shape], (x) => ops.avgPool(x as Tensor4D, { stride }), oracle.avgPool({ stride })),
  ]),
  ...(shape[1] < 2
    ? []
    : [
        of(
          "maxPool 2 stride 2",
          [shape],
          (x) => ops.maxPool(x as Tensor4D, { size: 2, stride: 2 }),
          oracle.maxPool({ size: 2, stride: 2 }),
        ),
      ]),
  of("globalAveragePool", [shape], (x) => ops.globalAveragePool(x as Tensor4D), oracle.globalAveragePool),
]);

const normalized =
  (epsilon?: number) =>
  (x: Tensor): Tensor => {
    const [y, mean, variance] = ops.batchNorm(x as Tensor4D, epsilon === undefined ? undefined : { epsilon });
    mean.dispose();
    variance.dispose();
    return y;
  };

const norms: Case[] = shapes
  .filter(([n, h, w]) => n * h * w > 2) // Of two values, both are 1 deviation from their mean: the gradient is 0.
  .flatMap((shape) => [
    of("batchNorm", [shape], normalized(), oracle.batchNorm(1e-5)),
    of("batchNorm epsilon 0.1", [shape], normalized(0.1), oracle.batchNorm(0.1)),
  ]);

/** Beyond the blocks in which sums run in 32 bits (256 pixels for batch norm, about 1000 for pointwise, 2048 values for
 * inner products), with a mean that drifts from one block to the next. */
const drifting = (shape: readonly number[], seed: number): oracle.Values => {
  const noise = values(shape, seed);
  return { shape, data: noise.data.map((value, i) => Math.fround(value + (3 * i) / noise.data.length)) };
};
const blocks: Case[] = [4, 6].flatMap((c) => {
  const shape = [3, 21, 23, c];
  const options = { input: "relu", weight: "xnor", stride: 1, offset: 0 } as const;
  const flat = (x: Tensor, w: Tensor) => ops.pointwise(x as Tensor4D, w as Tensor2D, options);
  const sum = (x: Tensor, w: Tensor) => ops.weightedSum([x as Tensor4D], w as Tensor1D);
  return [
    { ...of("batchNorm over blocks", [shape], normalized(), oracle.batchNorm(1e-5)), inputs: [drifting(shape, c)] },
    of("pointwise over blocks", [shape, [c, 9]], flat, oracle.pointwise(options), c),
    of("weightedSum over blocks", [shape, [1]], sum, oracle.weightedSum, c),
  ];
});

const channels: Case[] = each(shapes, (shape) => {
  const [n, h, w, c] = shape;
  const divisors = Array.from({ length: c }, (_, i) => i + 1).filter((groups) => c % groups === 0);
  const sizes = [c, 3, 4, 1];
  return [
    ...[1, 2, 5].map((count) =>
      of(
        "weightedSum",
        [...Array.from({ length: count }, () => shape), [count]],
        (...inputs) => ops.weightedSum(inputs.slice(0, -1) as Tensor4D[], inputs.at(-1) as Tensor1D),
        oracle.weightedSum,
      ),
    ),
    of(
      "concatChannels",
      sizes.map((size) => [n, h, w, size]),
      (...xs) => ops.concatChannels(xs as Tensor4D[]),
      oracle.concatChannels(shape, sizes),
    ),
    ...[
      [0, c],
      [0, 1],
      [c >> 1, c - (c >> 1)],
    ].map(([begin = 0, size = 0]) =>
      of(
        `sliceChannels ${begin} ${size}`,
        [shape],
        (x) => ops.sliceChannels(x as Tensor4D, { begin, size }),
        oracle.sliceChannels(shape, begin, size),
      ),
    ),
    ...divisors.map((groups) =>
      of(
        `shuffleChannels ${groups}`,
        [shape],
        (x) => ops.shuffleChannels(x as Tensor4D, { groups }),
        oracle.shuffleChannels(shape, groups),
      ),
    ),
  ];
});

export const cases: readonly Case[] = [...convolutions, ...projections, ...pools, ...norms, ...blocks, ...channels];
