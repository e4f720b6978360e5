import type { CellGraph, Segment } from "./cell-graph.js";

/** Vertices of every layer from top to bottom. */
export type Order = readonly (readonly number[])[];

const SWEEPS = 10;

/**
 * An order of every layer with few crossings, by the barycentre method (Sugiyama et al. 1981) with swaps of neighbours.
 * The first layer keeps its order: the mirror image would be as good. `start` picks one of several starting orders; the
 * first of them is the order of the nodes. Deterministic.
 */
export const orderLayers = (graph: CellGraph, start: number): Order => {
  let order: Order = graph.layers.map((layer, depth) =>
    depth === 0 || start === 0 ? layer : shuffled(layer, start * 31 + depth),
  );
  let [best, least] = [order, crossings(order, graph)];
  for (let sweep = 0; sweep < SWEEPS && least > 0; sweep += 1) {
    order = swapNeighbours(byBarycentre(order, graph, sweep % 2 === 0), graph);
    const crossed = crossings(order, graph);
    if (crossed < least) [best, least] = [order, crossed];
  }
  return best;
};

/** Pairs of segments between the same layers that cross. */
export const crossings = (order: Order, graph: CellGraph): number => {
  const ranks = ranksOf(order);
  return graph.gaps.reduce((sum, gap) => sum + crossingsIn(gap, ranks), 0);
};

const crossingsIn = (gap: readonly Segment[], ranks: readonly number[]): number => {
  const rank = (vertex: number): number => ranks[vertex] ?? 0;
  let found = 0;
  for (const [index, a] of gap.entries()) {
    for (let other = 0; other < index; other += 1) {
      const b = gap[other] ?? a;
      if ((rank(a.from) - rank(b.from)) * (rank(a.to) - rank(b.to)) < 0) found += 1;
    }
  }
  return found;
};

const byBarycentre = (order: Order, graph: CellGraph, forward: boolean): Order => {
  const next = order.map((layer) => [...layer]);
  const depths = order.map((_, depth) => depth).slice(1);
  const ranks = ranksOf(order);
  for (const depth of forward ? depths : depths.reverse()) {
    const gap = graph.gaps[forward ? depth - 1 : depth] ?? [];
    const target = (vertex: number): number => {
      const near = gap.filter((segment) => segment[forward ? "to" : "from"] === vertex);
      const sum = near.reduce((total, segment) => total + (ranks[segment[forward ? "from" : "to"]] ?? 0), 0);
      return near.length === 0 ? (ranks[vertex] ?? 0) : sum / near.length;
    };
    const targets = new Map(next[depth]?.map((vertex) => [vertex, target(vertex)]));
    // The sort is stable, so ties keep their order and the result is the same every time.
    next[depth]?.sort((a, b) => (targets.get(a) ?? 0) - (targets.get(b) ?? 0));
    for (const [rank, vertex] of next[depth]?.entries() ?? []) ranks[vertex] = rank;
  }
  return next;
};

const swapNeighbours = (order: Order, graph: CellGraph): Order => {
  const next = order.map((layer) => [...layer]);
  const ranks = ranksOf(order);
  for (const [depth, layer] of next.entries()) {
    if (depth === 0) continue;
    const around = (): number =>
      crossingsIn(graph.gaps[depth - 1] ?? [], ranks) + crossingsIn(graph.gaps[depth] ?? [], ranks);
    const swap = (rank: number): void => {
      const [above = 0, below = 0] = [layer[rank], layer[rank + 1]];
      [layer[rank], layer[rank + 1]] = [below, above];
      [ranks[below], ranks[above]] = [rank, rank + 1];
    };
    for (let rank = 0; rank + 1 < layer.length; rank += 1) {
      const before = around();
      swap(rank);
      if (around() >= before) swap(rank);
    }
  }
  return next;
};

/** Rank of every vertex in its layer, by vertex. */
const ranksOf = (order: Order): number[] => {
  const ranks: number[] = [];
  for (const layer of order) for (const [rank, vertex] of layer.entries()) ranks[vertex] = rank;
  return ranks;
};

/** A permutation that depends only on `seed`: drawing has no randomness. */
const shuffled = (layer: readonly number[], seed: number): number[] => {
  const out = [...layer];
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  for (let last = out.length - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 0x100000000) * (last + 1));
    [out[last], out[other]] = [out[other] ?? 0, out[last] ?? 0];
  }
  return out;
};
