import { invalidInput } from "@bnas/errors";
import type { CellKind, Spec } from "@bnas/search";
import type { Layers } from "./layers.js";

/** Images as the network sees them (after the data's own crop), and the number of classes. */
export type InputShape = {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
};

/** A place in the stack of cells. */
export type CellPlan = {
  /** Prefix of its parameters: `cell.3`. */
  readonly name: string;
  readonly kind: CellKind;
  /** Of each of its nodes. */
  readonly channels: number;
  /** Whether its first input has twice the height and width of its second: the one before it reduced. */
  readonly reducedBefore: boolean;
};

/** Edges that leave the inputs of a reduction cell halve height and width. */
export const strideOf = (kind: CellKind, from: number): 1 | 2 => (kind === "reduce" && from < 2 ? 2 : 1);

/** The stack of cells of a network: its stem, and every cell's kind and width. */
export type Stack = {
  readonly stem: Spec["network"]["stem"];
  readonly channels: number;
  readonly classes: number;
  readonly cells: readonly CellPlan[];
};

/** The stem of CIFAR networks has three times the channels of the first cell (DARTS, PC-DARTS). */
const STEM_MULTIPLIER = 3;

/**
 * Which cells are stacked: reduction cells at 1/3 and 2/3 of the depth, channels doubled there (paper.md section 1).
 * @throws InvalidInput when the image does not halve evenly as often as the cells need
 */
export const stackOf = (
  network: { readonly cells: number; readonly channels: number; readonly stem: Spec["network"]["stem"] },
  input: InputShape,
): Stack => {
  const reductions = new Set([Math.floor(network.cells / 3), Math.floor((2 * network.cells) / 3)]);
  const deep = network.stem === "imagenet";
  requireEven(network, input, reductions.size);
  let channels = network.channels;
  const cells = Array.from({ length: network.cells }, (_, index): CellPlan => {
    const kind = reductions.has(index) ? "reduce" : "normal";
    if (kind === "reduce") channels *= 2;
    const reducedBefore = index === 0 ? deep : reductions.has(index - 1);
    return { name: `cell.${index}`, kind, channels, reducedBefore };
  });
  return { stem: network.stem, channels: network.channels, classes: input.classes, cells };
};

/** Every halving after the stem drops pixels of an odd side unevenly, and the parts would no longer fit together. */
const requireEven = (
  network: { readonly stem: Spec["network"]["stem"] },
  input: InputShape,
  reductions: number,
): void => {
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

/** A convolution of the stem, each reading the one before. */
export type StemConvolution = {
  readonly name: string;
  readonly out: number;
  readonly stride: 1 | 2;
  readonly relu: boolean;
};

/** `cifar`: one 3x3 convolution; `imagenet`: three of stride 2, as PC-DARTS has them. */
export const stemOf = ({ stem, channels }: Stack): readonly StemConvolution[] =>
  stem === "cifar"
    ? [{ name: "stem", out: STEM_MULTIPLIER * channels, stride: 1, relu: false }]
    : [
        { name: "stem.0", out: Math.max(1, Math.floor(channels / 2)), stride: 2, relu: false },
        { name: "stem.1", out: channels, stride: 2, relu: true },
        { name: "stem.2", out: channels, stride: 2, relu: true },
      ];

export const stemConvolution = <T>(net: Layers<T>, { name, ...options }: StemConvolution, x: T): T =>
  net.norm(`${name}.norm`, net.conv3x3(`${name}.conv`, x, options));

/** Global average pooling and the linear classifier: logits [b,1,1,classes]. */
export const head = <T>(net: Layers<T>, stack: Stack, x: T): T =>
  net.linear("classifier", net.globalAveragePool(x), { out: stack.classes, relu: false });
