import {
  type Cell,
  type CellKind,
  type Costs,
  darts,
  edgesInto,
  genotypeOfCells,
  type Link,
  type LinkCosts,
  linkTargets,
  nth,
  type Operation,
} from "@bnas/search";
import type { InputShape } from "../paper/stack.js";
import { buildDerived, type DerivedOptions } from "../train/derived.js";

/**
 * Bits and multiply-adds of a derived network as a sum over its links: what each operation adds from each node of a kind of cell,
 * counted in the network itself. Exact, since no layer of a cell depends on what another link is.
 */
export const linkCosts = (options: DerivedOptions, input: InputShape): LinkCosts => {
  const { space = darts } = options;
  /** What a network costs that has one link, or none that gives anything. */
  const count = (link?: { readonly kind: CellKind; readonly from: number; readonly operation: Operation }) => {
    const genotype = genotypeOfCells(space, (cell) =>
      cell.kind === link?.kind ? withLink(cell, link.from, link.operation) : nothing(cell),
    );
    const { cost } = buildDerived(genotype, { ...options, space }, input);
    return { bits: cost.bits, ops: cost.multiplyAdds };
  };
  const base = count();
  const known = new Map<string, Costs>();
  const of = (kind: CellKind, from: number, operation: Operation): Costs => {
    const key = `${kind} ${from} ${operation}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const { bits, ops } = count({ kind, from, operation });
    const cost = { bits: bits - base.bits, ops: ops - base.ops };
    known.set(key, cost);
    return cost;
  };
  return { base, of };
};

/** Links that give nothing: what all genotypes of one stack have in common. */
const nothing = (cell: Cell): readonly Link[] => {
  const targets = linkTargets(cell);
  return targets.map((node, index) => ["none", nth(edgesInto(cell, node), index - targets.indexOf(node)).from]);
};

/** The same with one that does, of the first edge from a node. */
const withLink = (cell: Cell, from: number, operation: Operation): readonly Link[] => {
  const place = linkTargets(cell).indexOf(cell.edges.find((edge) => edge.from === from)?.to ?? -1);
  return nothing(cell).map((link, index) => (index === place ? [operation, from] : link));
};
