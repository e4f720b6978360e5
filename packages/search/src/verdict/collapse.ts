import { type Genotype, genotypeKinds, linksOf } from "../genotype/genotype.js";
import type { Cell, Space } from "../space/space.js";

/** The most links of a cell that may carry no weights: the criterion of DARTS+ and P-DARTS for skip connections. */
const MOST = 2;

/** Links of a kind of cell that carry no weights. */
export type Weightless = {
  readonly cell: string;
  readonly links: number;
  readonly skips: number;
  readonly nones: number;
};

/**
 * The links without weights of each kind of cell of a genotype.
 * @example
 * ```ts
 * import { PUBLISHED, weightlessOf } from "@bnas/search";
 *
 * weightlessOf(PUBLISHED)[0]; // => { cell: "normal", links: 8, skips: 2, nones: 0 }
 * ```
 */
export const weightlessOf = (genotype: Genotype): readonly Weightless[] =>
  genotypeKinds(genotype).map((cell) => {
    const operations = linksOf(genotype, cell).map(([operation]) => operation);
    const count = (operation: string): number => operations.filter((one) => one === operation).length;
    return { cell, links: operations.length, skips: count("skip_connect"), nones: count("none") };
  });

/** The cell that collapsed, and into what. */
export type Collapse = Weightless & { readonly into: "skip_connect" | "none" };

/**
 * Whether a search ran into the known fault of differentiable search: cells that learn little. More than two skip connections in the
 * normal cell, or where there is none in the first; or in any cell more than two links that are `none`, which pass nothing on. In a
 * cell whose nodes keep all of their edges `none` is how an edge is left out, so there it takes more than half of them.
 */
export const collapseOf = (genotype: Genotype, { cells }: Space): Collapse | undefined => {
  const weightless = weightlessOf(genotype);
  const mostOf = ({ cell, links }: Weightless): number => (isWhole(cells, cell) ? links / 2 : MOST);
  const none = weightless.find((one) => one.nones > mostOf(one));
  if (none !== undefined) return { ...none, into: "none" };
  const skips = weightless.find(({ cell }) => cell === "normal") ?? weightless[0];
  return skips === undefined || skips.skips <= mostOf(skips) ? undefined : { ...skips, into: "skip_connect" };
};

const isWhole = (cells: readonly Cell[], kind: string): boolean =>
  cells.some((cell) => cell.kind === kind && cell.links === "all");
