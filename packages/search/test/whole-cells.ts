import fc from "fast-check";
import type { NodeOffers } from "../src/budget/cell-front.js";
import { darts, type Link } from "../src/index.js";

// Small cells, and all that could be chosen in them: what budgets are compared with.

/** A cell that was chosen whole, straight from the definition. */
export type Whole = { readonly worth: number; readonly costs: readonly number[]; readonly links: readonly Link[] };

/** Every cell: the product over nodes of every choice of different edges and an operation on each. */
export const everyCell = (nodes: readonly NodeOffers[], metrics: number): Whole[] =>
  nodes.reduce<Whole[]>(
    (cells, { links, offers }) => {
      const subsets = offers.reduce<(typeof offers)[]>(
        (sets, offer) => sets.concat(sets.map((set) => [...set, offer])),
        [[]],
      );
      const picks = subsets
        .filter((set) => set.length === links)
        .flatMap((set) =>
          set.reduce<Whole[]>(
            (wholes, { from, choices }) =>
              wholes.flatMap((whole) =>
                choices.map(({ operation, worth, costs }) => ({
                  worth: whole.worth + worth,
                  costs: whole.costs.map((cost, metric) => cost + (costs[metric] ?? 0)),
                  links: [...whole.links, [operation, from] as const],
                })),
              ),
            [{ worth: 0, costs: Array.from({ length: metrics }, () => 0), links: [] }],
          ),
        );
      return cells.flatMap((cell) =>
        picks.map((pick) => ({
          worth: cell.worth + pick.worth,
          costs: cell.costs.map((cost, metric) => cost + (pick.costs[metric] ?? 0)),
          links: [...cell.links, ...pick.links],
        })),
      );
    },
    [{ worth: 0, costs: Array.from({ length: metrics }, () => 0), links: [] }],
  );

/** Small numbers, so that there are many ties. */
export const offers = (metrics: number): fc.Arbitrary<NodeOffers> =>
  fc
    .array(
      fc.array(
        fc.record({
          operation: fc.constantFrom(...darts.operations),
          worth: fc.nat(6),
          costs: fc.array(fc.nat(5), { minLength: metrics, maxLength: metrics }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      { minLength: 2, maxLength: 3 },
    )
    .map((edges) => ({ links: 2, offers: edges.map((choices, from) => ({ from, choices })) }));
