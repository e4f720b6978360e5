import { invalidInput } from "@bnas/errors";
import { type CellKind, nth } from "@bnas/search";
import type { Layers } from "./layers.js";
import type { Part } from "./parts.js";
import {
  type CellOf,
  type CellPlan,
  classifier,
  type InputShape,
  type MacroNetwork,
  type StackOptions,
  type StemConvolution,
  stemConvolution,
} from "./stack.js";

/**
 * The network of DARTS and PC-DARTS: reduction cells at 1/3 and 2/3 of the depth, channels doubled there (paper.md section 1). A cell
 * reads the last two.
 */
export const dartsNetwork: MacroNetwork = {
  name: "darts",
  check({ cells }, where) {
    for (const kind of KINDS) {
      if (cells.some((cell) => cell.kind === kind)) continue;
      const hint =
        "It stacks normal cells, and reduction cells where the images are halved. nas-bench-201 takes one kind.";
      throw invalidInput(
        [...where, "cells"],
        cells.map((cell) => cell.kind).join(", "),
        `a cell of kind ${kind}`,
        hint,
      );
    }
    for (const [place, { kind, inputs }] of cells.entries()) {
      if (!KINDS.includes(kind)) {
        const hint = "The network darts would never stack it.";
        throw invalidInput([...where, "cells", place, "kind"], kind, KINDS.join(" or "), hint);
      }
      if (inputs === 2) continue;
      const hint = "In the network darts a cell reads the last two.";
      throw invalidInput([...where, "cells", place, "inputs"], inputs, "2", hint);
    }
  },
  stack(_, options, input) {
    const cells = plansOf(options, input);
    return {
      cells,
      places: cells.map(({ name }) => name),
      classes: input.classes,
      parts: (cell) => partsOf(stemOf(options), cells, input.classes, cell),
    };
  },
};

const KINDS: readonly CellKind[] = ["normal", "reduce"];

/** The stem of CIFAR networks has three times the channels of the first cell (DARTS, PC-DARTS). */
const STEM_MULTIPLIER = 3;

/** Stride of the edges of a kind of cell that leave a node. */
export const strideOf = (kind: CellKind, from: number): 1 | 2 => (kind === "reduce" && from < 2 ? 2 : 1);

const plansOf = (network: StackOptions, input: InputShape): readonly CellPlan[] => {
  const reductions = new Set([Math.floor(network.cells / 3), Math.floor((2 * network.cells) / 3)]);
  const deep = network.stem === "imagenet";
  requireEven(network, input, reductions.size);
  let channels = network.channels;
  return Array.from({ length: network.cells }, (_, index): CellPlan => {
    const halves = reductions.has(index);
    if (halves) channels *= 2;
    const reducedBefore = index === 0 ? deep : reductions.has(index - 1);
    const kind = halves ? "reduce" : "normal";
    return { name: `cell.${index}`, kind, channels, inputs: 2, halves, preprocessed: true, reducedBefore };
  });
};

/** Every halving after the stem drops pixels of an odd side unevenly, and the parts would no longer fit together. */
const requireEven = (network: Pick<StackOptions, "stem">, input: InputShape, reductions: number): void => {
  const halvings = network.stem === "imagenet" ? reductions + 1 : reductions;
  // The ImageNet stem halves twice by itself before the first cell looks, rounding up.
  const seen = (side: number) => (network.stem === "imagenet" ? Math.ceil(Math.ceil(side / 2) / 2) : side);
  const step = 2 ** halvings;
  if (seen(input.height) % step === 0 && seen(input.width) % step === 0) return;
  const multiple = network.stem === "imagenet" ? 4 * step : step;
  throw invalidInput(
    "data.imageSize",
    `${input.height}x${input.width}`,
    `a height and a width that are multiples of ${multiple}`,
    `Set data.imageSize to ${Math.max(multiple, Math.ceil(Math.max(input.height, input.width) / multiple) * multiple)}.`,
  );
};

/** `cifar`: one 3x3 convolution; `imagenet`: three of stride 2, as PC-DARTS has them. */
const stemOf = ({ stem, channels }: StackOptions): readonly StemConvolution[] =>
  stem === "cifar"
    ? [{ name: "stem", out: STEM_MULTIPLIER * channels, stride: 1, relu: false }]
    : [
        { name: "stem.0", out: Math.max(1, Math.floor(channels / 2)), stride: 2, relu: false },
        { name: "stem.1", out: channels, stride: 2, relu: true },
        { name: "stem.2", out: channels, stride: 2, relu: true },
      ];

const partsOf = <T, L extends Layers<T>>(
  stem: readonly StemConvolution[],
  cells: readonly CellPlan[],
  classes: number,
  cell: CellOf<T, L>,
): readonly Part<T, L>[] => {
  const parts: Part<T, L>[] = stem.map((convolution, index) => ({
    name: convolution.name,
    reads: [index],
    cell: null,
    run: (net, inputs) => net.scope(() => stemConvolution(net, convolution, nth(inputs, 0))),
  }));
  // The first cell reads the last two values of the stem; where the stem has one, both inputs are that.
  let before = Math.max(1, parts.length - 1);
  for (const plan of cells) {
    const last = parts.length;
    parts.push({
      name: plan.name,
      reads: [before, last],
      cell: plan,
      run: (net, inputs) => net.scope(() => cell(net, plan, inputs)),
    });
    before = last;
  }
  parts.push({
    name: "classifier",
    reads: [parts.length],
    cell: null,
    run: (net, inputs) => net.scope(() => classifier(net, nth(inputs, 0), classes)),
  });
  return parts;
};
