import { nth } from "@bnas/search";
import type { Layers } from "./layers.js";
import type { CellPlan } from "./stack.js";

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
