import type { Search } from "../life/search.js";

/** Something for each edge of every kind of cell, as facts have it. */
type OnEdges<T> = Readonly<Record<string, readonly T[]>>;

/** An edge: the kind of cell, and the index among its edges. */
export type EdgeOf = { readonly cell: string; readonly edge: number };

/** The edges that some values are about, in their order. The shape comes from the facts alone, so it fits every space. */
export const edgesOf = (values: OnEdges<unknown>): readonly EdgeOf[] =>
  Object.entries(values).flatMap(([cell, edges]) => edges.map((_, edge) => ({ cell, edge })));

/** The value of an edge, or undefined if there is none. */
export const edgeValue = <T>(values: OnEdges<T> | undefined, { cell, edge }: EdgeOf): T | undefined =>
  values?.[cell]?.[edge];

/** What is left on an edge, or of several the likeliest: of equals the later one, as `likeliest` takes it. */
export const leftOn = (search: Search, place: EdgeOf): string => {
  const likelihoods: Readonly<Record<string, number | undefined>> = edgeValue(search.likelihoods, place) ?? {};
  const left: readonly string[] = edgeValue(search.candidates, place) ?? [];
  return left.reduce(
    (most, next) => ((likelihoods[next] ?? 0) >= (likelihoods[most] ?? 0) ? next : most),
    left[0] ?? "",
  );
};
