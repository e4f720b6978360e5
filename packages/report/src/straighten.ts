import type { CellGraph } from "./cell-graph.js";
import type { Order } from "./cell-order.js";

/**
 * Puts the bends of a link that follow each other on one height, where the neighbours in their layers leave room for it: a
 * long link then runs straight instead of in many small steps. Changes `centres`.
 * @param apart least distance between the centres of two neighbours
 */
export const straighten = (
  graph: CellGraph,
  order: Order,
  centres: number[],
  apart: (above: number, below: number) => number,
): void => {
  const neighbours = new Map(
    order.flatMap((layer) => layer.map((vertex, rank) => [vertex, { above: layer[rank - 1], below: layer[rank + 1] }])),
  );
  for (const { bends, label } of runs(graph)) {
    let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (const bend of bends) {
      const { above, below } = neighbours.get(bend) ?? {};
      if (above !== undefined) low = Math.max(low, (centres[above] ?? 0) + apart(above, bend));
      if (below !== undefined) high = Math.min(high, (centres[below] ?? 0) - apart(bend, below));
    }
    if (low > high) continue;
    const mean = bends.reduce((sum, bend) => sum + (centres[bend] ?? 0), 0) / bends.length;
    const wish = label === undefined ? mean : (centres[label] ?? mean);
    for (const bend of bends) centres[bend] = Math.min(high, Math.max(low, wish));
  }
};

/** Bends that follow each other on a link, with the label before or behind them. */
const runs = (graph: CellGraph): { bends: number[]; label: number | undefined }[] => {
  const kind = (vertex: number) => graph.vertices[vertex]?.kind;
  return graph.chains.flatMap((chain) => {
    const found: { bends: number[]; label: number | undefined }[] = [];
    let before: number | undefined;
    for (const { to } of chain) {
      const open = found.at(-1);
      if (kind(to) === "bend") {
        if (open !== undefined && before !== undefined && open.bends.at(-1) === before) open.bends.push(to);
        else found.push({ bends: [to], label: before !== undefined && kind(before) === "label" ? before : undefined });
      } else if (kind(to) === "label" && open !== undefined && open.bends.at(-1) === before) {
        open.label ??= to;
      }
      before = to;
    }
    return found;
  });
};
