import type { CellKind, Space, Spec } from "@bnas/search";
import type { Layers } from "./layers.js";
import type { Part } from "./parts.js";

/** Images as the network sees them (after the data's own crop), and the number of classes. */
export type InputShape = {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
};

/** A place in the stack that holds a cell. */
export type CellPlan = {
  /** Prefix of its parameters: `cell.3`. */
  readonly name: string;
  readonly kind: CellKind;
  /** Of each of its nodes. */
  readonly channels: number;
  /** Nodes that it is given. */
  readonly inputs: number;
  /** Whether edges that leave its inputs halve height and width. */
  readonly halves: boolean;
  /** Whether its inputs are brought to its channels first; false where they have them. */
  readonly preprocessed: boolean;
  /** Whether its first input has twice the height and width of its second: the one before it reduced. */
  readonly reducedBefore: boolean;
};

/** Stride of the edges of a cell that leave a node. */
export const strideFrom = ({ halves, inputs }: Pick<CellPlan, "halves" | "inputs">, node: number): 1 | 2 =>
  halves && node < inputs ? 2 : 1;

/** How a cell is computed from its inputs. */
export type CellOf<T, L extends Layers<T>> = (net: L, plan: CellPlan, inputs: readonly T[]) => T;

/** A network of certain images: what is stacked, from the stem to the classifier. */
export type Stack = {
  /** The cells, from the first to the last. */
  readonly cells: readonly CellPlan[];
  /** Names of what is stacked between the stem and the head: cells, and blocks that are not searched. */
  readonly places: readonly string[];
  readonly classes: number;
  parts<T, L extends Layers<T> = Layers<T>>(cell: CellOf<T, L>): readonly Part<T, L>[];
};

/** What a spec says of the size of a network. */
export type StackOptions = Pick<Spec["network"], "cells" | "channels" | "stem">;

/** A way to stack the cells of a space. */
export type MacroNetwork = {
  readonly name: string;
  /** @throws InvalidInput on `WHERE.cells...` when it cannot stack such cells */
  readonly check: (space: Space, where: readonly (string | number)[]) => void;
  /** @throws InvalidInput when the image does not halve evenly as often as the cells need */
  readonly stack: (space: Space, options: StackOptions, input: InputShape) => Stack;
};

/** A convolution of the stem, each reading the one before. */
export type StemConvolution = {
  readonly name: string;
  readonly out: number;
  readonly stride: 1 | 2;
  readonly relu: boolean;
};

export const stemConvolution = <T>(net: Layers<T>, { name, out, stride, relu }: StemConvolution, x: T): T =>
  net.norm(
    `${name}.norm`,
    net.conv3x3(`${name}.conv`, x, { out, stride, input: relu ? "relu" : "identity", weight: "real" }),
    { stem: true },
  );

/** Global average pooling and the linear classifier: logits [b,1,1,classes]. */
export const classifier = <T>(net: Layers<T>, x: T, classes: number): T =>
  net.linear("classifier", net.globalAveragePool(x), { out: classes, relu: false });
