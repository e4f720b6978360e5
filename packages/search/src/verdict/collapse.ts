import type { Genotype } from "../genotype/genotype.js";

/** The most links of a cell that may carry no weights: the criterion of DARTS+ and P-DARTS for skip connections. */
const MOST = 2;
/** The kind of cell to which the criterion of skip connections applies. */
const SKIPS_OF = "normal";

/** Links of a kind of cell that carry no weights. */
export type Weightless = {
  readonly cell: string;
  readonly links: number;
  readonly skips: number;
  readonly nones: number;
};

/** The links without weights of each kind of cell of a genotype. */
export const weightlessOf = (genotype: Genotype): readonly Weightless[] =>
  Object.entries(genotype)
    .filter(([key]) => !key.endsWith("_concat"))
    .map(([cell, links]) => {
      const operations = links.map((link) => (typeof link === "number" ? "" : link[0]));
      const count = (operation: string): number => operations.filter((one) => one === operation).length;
      return { cell, links: links.length, skips: count("skip_connect"), nones: count("none") };
    });

/**
 * Whether a search ran into the known fault of differentiable search: cells that learn little. More than two skip connections in the
 * normal cell, or more than two links in any cell that are `none`, which pass nothing on.
 */
export const collapseInto = (
  genotype: Genotype,
): (Weightless & { readonly into: "skip_connect" | "none" }) | undefined => {
  const cells = weightlessOf(genotype);
  const none = cells.find(({ nones }) => nones > MOST);
  if (none !== undefined) return { ...none, into: "none" };
  const skip = cells.find(({ cell, skips }) => cell === SKIPS_OF && skips > MOST);
  return skip === undefined ? undefined : { ...skip, into: "skip_connect" };
};
