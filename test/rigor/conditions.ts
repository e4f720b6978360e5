import { type Network, type PerOperation, perEdge, type Space, type Stream } from "@bnas/search";

/** What alpha says of the operations: nothing; what each is worth in the mean over the table, with noise; or the contrary. */
const STRENGTHS = ["random", "informative", "adverse"] as const;
export type Strengths = (typeof STRENGTHS)[number];

/** What is the same for all searches of a row of the table. */
export type Condition = {
  readonly column: string;
  readonly strengths: Strengths;
  /** Standard deviation of what is measured around what is true, in points. */
  readonly noise: number;
  /** Points that accuracies rise from round to round, as shared weights make them. */
  readonly drift: number;
};

/** Points that accuracies rise a round in the rows with drift: about what `quick` rises on shapes. */
const RISE = 3;

/** All conditions of a table: strengths of every kind at every noise, and drift at every noise. */
export const conditionsOf = (columns: readonly string[]): Condition[] =>
  columns.flatMap((column) =>
    [0, 1, 2, 4].flatMap((noise): Condition[] => [
      ...STRENGTHS.map((strengths): Condition => ({ column, strengths, noise, drift: 0 })),
      { column, strengths: "random", noise, drift: RISE },
    ]),
  );

/** Mean accuracy of the cells that hold an operation on an edge, less that of the edge, in units of their spread. */
export const worthsOf = (
  space: Space,
  cells: readonly { readonly network: Network; readonly accuracy: number }[],
): PerOperation => {
  const means = perEdge(space, ({ cell, edge }) => {
    const sums = new Map<string, { sum: number; count: number }>();
    for (const { network, accuracy } of cells) {
      const operation = network[cell]?.[edge] ?? "";
      const { sum, count } = sums.get(operation) ?? { sum: 0, count: 0 };
      sums.set(operation, { sum: sum + accuracy, count: count + 1 });
    }
    const values = new Map([...sums].map(([operation, { sum, count }]) => [operation, sum / count]));
    const mean = [...values.values()].reduce((sum, value) => sum + value, 0) / values.size;
    return new Map([...values].map(([operation, value]) => [operation, value - mean]));
  });
  const all = Object.values(means).flatMap((edges) => edges.flatMap((values) => [...values.values()]));
  const spread = Math.sqrt(all.reduce((sum, value) => sum + value * value, 0) / all.length);
  return perEdge(space, ({ cell, edge }) =>
    Object.fromEntries([...(means[cell]?.[edge] ?? [])].map(([operation, value]) => [operation, value / spread])),
  );
};

/** Alpha of a search: as much noise as there is to say. */
export const drawStrengths = (worths: PerOperation, kind: Strengths, drawn: Stream): PerOperation => {
  const sign = { random: 0, informative: 1, adverse: -1 }[kind];
  return Object.fromEntries(
    Object.entries(worths).map(([cell, edges]) => [
      cell,
      edges.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, worth]) => [name, sign * worth + drawn.gaussian()])),
      ),
    ]),
  );
};
