import { type Genotype, genotypeKinds, linksOf, type Operation, type PerCell } from "@bnas/search";

/** Links that carry no weights in the answer, of those of each kind of cell. */
export type Collapse = {
  readonly skips: PerCell<number>;
  readonly nones: PerCell<number>;
  /** The usual criterion (DARTS+, P-DARTS): more than two skip connections in the normal cell, or where there is none in the first. */
  readonly collapsed: boolean;
};

/** Whether a search ran into the known fault of differentiable search: cells of skip connections that learn little. */
export const collapse = (genotype: Genotype): Collapse => {
  const kinds = genotypeKinds(genotype);
  const links = (operation: Operation): PerCell<number> =>
    Object.fromEntries(
      kinds.map((kind) => [kind, linksOf(genotype, kind).filter(([found]) => found === operation).length]),
    );
  const skips = links("skip_connect");
  return { skips, nones: links("none"), collapsed: (skips.normal ?? skips[kinds[0] ?? ""] ?? 0) > 2 };
};
