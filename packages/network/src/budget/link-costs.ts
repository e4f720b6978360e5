import type { CellKind, Costs, DartsGenotype, Link, LinkCosts, Operation } from "@bnas/search";
import { strideOf } from "../paper/darts-network.js";
import type { InputShape } from "../paper/stack.js";
import { buildDerived, type DerivedOptions } from "../train/derived.js";

/** The network in which no link gives anything: what all genotypes of one stack have in common. */
const NOTHING: readonly Link[] = [0, 1, 2, 3].flatMap((): Link[] => [
  ["none", 0],
  ["none", 1],
]);

/**
 * Bits and multiply-adds of a derived network as a sum over its links: what each operation adds where it halves and where it does not,
 * counted in the network itself. Exact, since no layer of a cell depends on what another link is.
 */
export const linkCosts = (options: DerivedOptions, input: InputShape): LinkCosts => {
  const count = (genotype: DartsGenotype): Required<Pick<Costs, "bits" | "ops">> => {
    const { cost } = buildDerived(genotype, options, input);
    return { bits: cost.bits, ops: cost.multiplyAdds };
  };
  const base = count(withLink("normal", NOTHING));
  const known = new Map<string, Costs>();
  const of = (cell: CellKind, from: number, operation: Operation): Costs => {
    const stride = strideOf(cell, from);
    const key = `${cell} ${stride} ${operation}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    // Node 3 reads node 2, from which no edge halves.
    const links: Link[] = NOTHING.map((link, at) =>
      at === (cell === "normal" || stride === 2 ? 0 : 2)
        ? [operation, stride === 2 || cell === "normal" ? 0 : 2]
        : link,
    );
    const { bits, ops } = count(withLink(cell, links));
    const cost = { bits: bits - base.bits, ops: ops - base.ops };
    known.set(key, cost);
    return cost;
  };
  return { base, of };
};

const withLink = (cell: CellKind, links: readonly Link[]): DartsGenotype => ({
  normal: NOTHING,
  normal_concat: [2, 3, 4, 5],
  reduce: NOTHING,
  reduce_concat: [2, 3, 4, 5],
  [cell]: links,
});
