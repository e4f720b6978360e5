import { edgesInto, linkTargets, nodesOf, type Space } from "../space/space.js";
import { type Genotype, linksOf } from "./genotype.js";
import { printGenotype } from "./genotype-text.js";

/**
 * The text by which NAS-Bench-201 and its benchmarks call a cell: `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`. Undefined for a space of
 * several kinds of cell or inputs, or whose nodes do not keep an edge from every node before them.
 * @example
 * ```ts
 * import { architectureText, nasBench201, randomGenotype } from "@bnas/search";
 *
 * architectureText(nasBench201, randomGenotype(nasBench201, 1))?.split("+").length; // => 3
 * ```
 */
export const architectureText = ({ cells: [cell, another] }: Space, genotype: Genotype): string | undefined => {
  if (cell === undefined || another !== undefined || cell.inputs !== 1 || cell.links !== "all") return undefined;
  const nodes = nodesOf(cell);
  if (nodes.some((node) => edgesInto(cell, node).length !== node)) return undefined;
  const targets = linkTargets(cell);
  const links = linksOf(genotype, cell.kind);
  const texts = nodes.map((node) => {
    const own = links.filter((_, link) => targets[link] === node).toSorted(([, one], [, other]) => one - other);
    return `|${own.map(([operation, from]) => `${operation}~${from}`).join("|")}|`;
  });
  return texts.join("+");
};

/** An answer in the words of those who would read it: the line of DARTS, and for such a space the text of NAS-Bench-201. */
export const printAnswer = (space: Space, genotype: Genotype): readonly string[] => {
  const text = architectureText(space, genotype);
  return [printGenotype(genotype), ...(text === undefined ? [] : [text])];
};
