import type { Genotype, Operation, PerCell } from "@bnas/search";

/** Links that carry no weights in the answer, of the eight of each cell. */
export type Collapse = {
  readonly skips: PerCell<number>;
  readonly nones: PerCell<number>;
  /** The usual criterion (DARTS+, P-DARTS): more than two skip connections in the normal cell. */
  readonly collapsed: boolean;
};

/** Whether a search ran into the known fault of differentiable search: cells of skip connections that learn little. */
export const collapse = (genotype: Genotype): Collapse => {
  const links = (operation: Operation): PerCell<number> => ({
    normal: genotype.normal.filter(([found]) => found === operation).length,
    reduce: genotype.reduce.filter(([found]) => found === operation).length,
  });
  const skips = links("skip_connect");
  return { skips, nones: links("none"), collapsed: skips.normal > 2 };
};
