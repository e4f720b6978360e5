import { nth } from "@bnas/search";
import type { Layers } from "./layers.js";
import { type CellPlan, head, type Stack, stemConvolution, stemOf } from "./stack.js";

/**
 * A network as the sequence of its parts: the convolutions of the stem, the cells, the head. Value 0 is the image, and
 * part i makes value i + 1.
 */
export type Part<T, L extends Layers<T> = Layers<T>> = {
  /** Prefix of its parameters. */
  readonly name: string;
  /** The values it reads, by index. */
  readonly reads: readonly number[];
  readonly cell: CellPlan | null;
  run(net: L, inputs: readonly T[]): T;
};

/** @param cell how a cell is computed from its two inputs */
export const partsOf = <T, L extends Layers<T> = Layers<T>>(
  stack: Stack,
  cell: (net: L, plan: CellPlan, inputs: readonly [T, T]) => T,
): readonly Part<T, L>[] => {
  const parts: Part<T, L>[] = stemOf(stack).map((convolution, index) => ({
    name: convolution.name,
    reads: [index],
    cell: null,
    run: (net, inputs) => net.scope(() => stemConvolution(net, convolution, nth(inputs, 0))),
  }));
  // The first cell reads the last two values of the stem; where the stem has one, both inputs are that.
  let before = Math.max(1, parts.length - 1);
  for (const plan of stack.cells) {
    const last = parts.length;
    parts.push({
      name: plan.name,
      reads: [before, last],
      cell: plan,
      run: (net, inputs) => net.scope(() => cell(net, plan, [nth(inputs, 0), nth(inputs, 1)])),
    });
    before = last;
  }
  parts.push({
    name: "classifier",
    reads: [parts.length],
    cell: null,
    run: (net, inputs) => net.scope(() => head(net, stack, nth(inputs, 0))),
  });
  return parts;
};

/** Runs all parts in order and gives the value of the last one. `seen` is called with every value. */
export const runParts = <T, L extends Layers<T>>(
  parts: readonly Part<T, L>[],
  net: L,
  image: T,
  seen: (value: T, part: Part<T, L>) => void = () => {},
): T => {
  const values = [image];
  for (const part of parts) {
    const value = part.run(
      net,
      part.reads.map((index) => nth(values, index)),
    );
    values.push(value);
    seen(value, part);
  }
  return nth(values, values.length - 1);
};
