import { invalidInput } from "@bnas/errors";
import { type CellKind, nth } from "@bnas/search";
import { type Layers, sequential } from "./layers.js";
import type { Part } from "./parts.js";
import {
  type CellOf,
  type CellPlan,
  classifier,
  type InputShape,
  type MacroNetwork,
  type StackOptions,
  stemConvolution,
} from "./stack.js";

/** A place in the stack: a cell, or the block that halves between two stages. */
type Place = CellPlan | { readonly name: string; readonly kind: null; readonly channels: number };

/**
 * The network of NAS-Bench-201 (Dong and Yang, ICLR 2020, section 2.1): a 3x3 convolution, three stages of cells, between them a residual
 * block that halves height and width and doubles the channels, then norm, ReLU, global average and classifier. The blocks stand at 1/3
 * and 2/3 of the depth, where DARTS has its reduction cells: of 17 places 15 are cells, five a stage, as there. Blocks are not searched
 * and in full precision, as the stem. A cell reads the last place.
 */
export const nasBench201Network: MacroNetwork = {
  name: "nas-bench-201",
  check({ cells }, where) {
    const [only, another] = cells;
    if (another !== undefined) {
      const hint = "It has one kind of cell: residual blocks halve the images. darts takes two kinds.";
      throw invalidInput([...where, "cells", 1, "kind"], another.kind, "no second kind of cell", hint);
    }
    if (only !== undefined && only.inputs !== 1) {
      const hint = "In the network nas-bench-201 a cell reads the last place alone.";
      throw invalidInput([...where, "cells", 0, "inputs"], only.inputs, "1", hint);
    }
    if (only !== undefined && only.output !== "last" && only.nodes > 1) {
      const hint = "A cell of the network nas-bench-201 gives as many channels as it reads.";
      throw invalidInput([...where, "cells", 0, "output"], only.output, "last", hint);
    }
  },
  stack({ cells: [cell] }, options, input) {
    if (options.stem !== "cifar") {
      const hint = "The network nas-bench-201 has the stem of CIFAR networks alone.";
      throw invalidInput(["network", "stem"], options.stem, "cifar", hint);
    }
    const places = placesOf(nth([cell?.kind], 0) ?? "cell", options);
    requireEven(places, input);
    return {
      cells: places.filter((place) => place.kind !== null),
      places: places.map(({ name }) => name),
      classes: input.classes,
      parts: (cell) => partsOf(places, options.channels, input.classes, cell),
    };
  },
};

const placesOf = (kind: CellKind, { cells, channels }: StackOptions): readonly Place[] => {
  const blocks = [Math.floor(cells / 3), Math.floor((2 * cells) / 3)];
  return Array.from({ length: cells }, (_, index): Place => {
    const doubled = blocks.filter((block) => block <= index).length;
    if (blocks.includes(index)) return { name: `block.${index}`, kind: null, channels: channels * 2 ** doubled };
    const cell = { inputs: 1, halves: false, preprocessed: false, reducedBefore: false };
    return { name: `cell.${index}`, kind, channels: channels * 2 ** doubled, ...cell };
  });
};

const requireEven = (places: readonly Place[], { height, width }: InputShape): void => {
  const step = 2 ** places.filter(({ kind }) => kind === null).length;
  if (height % step === 0 && width % step === 0) return;
  throw invalidInput(
    "data.imageSize",
    `${height}x${width}`,
    `a height and a width that are multiples of ${step}`,
    `Set data.imageSize to ${Math.ceil(Math.max(height, width) / step) * step}.`,
  );
};

const partsOf = <T, L extends Layers<T>>(
  places: readonly Place[],
  channels: number,
  classes: number,
  cell: CellOf<T, L>,
): readonly Part<T, L>[] => [
  {
    name: "stem",
    reads: [0],
    cell: null,
    run: (net, inputs) =>
      net.scope(() => stemConvolution(net, { name: "stem", out: channels, stride: 1, relu: false }, nth(inputs, 0))),
  },
  ...places.map((place, index): Part<T, L> => {
    const part = { name: place.name, reads: [index + 1] };
    return place.kind === null
      ? { ...part, cell: null, run: (net, inputs) => net.scope(() => residualBlock(net, place, nth(inputs, 0))) }
      : { ...part, cell: place, run: (net, inputs) => net.scope(() => cell(net, place, inputs)) };
  }),
  {
    name: "classifier",
    reads: [places.length + 1],
    cell: null,
    run: (net, inputs) =>
      net.scope(() => classifier(net, net.relu(net.norm("classifier.norm", nth(inputs, 0))), classes)),
  },
];

/**
 * Halves height and width: two times ReLU, 3x3 convolution and norm, beside a mean of 3x3 pixels and a 1x1 convolution. (There: a mean
 * of 2x2.) [b,h,w,c] -> [b,h/2,w/2,channels]
 */
const residualBlock = <T>(net: Layers<T>, { name, channels }: Pick<Place, "name" | "channels">, x: T): T => {
  const real = { out: channels, weight: "real" } as const;
  const deep = sequential(
    net,
    x,
    (y) => net.conv3x3(`${name}.0.conv`, y, { ...real, stride: 2, input: "relu" }),
    (y) => net.norm(`${name}.0.norm`, y),
    (y) => net.conv3x3(`${name}.1.conv`, y, { ...real, stride: 1, input: "relu" }),
    (y) => net.norm(`${name}.1.norm`, y),
  );
  const short = sequential(
    net,
    x,
    (y) => net.avgPool(y, { stride: 2 }),
    (y) => net.pointwise(`${name}.short`, y, { ...real, stride: 1, offset: 0, input: "identity" }),
  );
  return net.sum([deep, short]);
};
