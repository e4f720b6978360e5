import { invalidInput } from "@bnas/errors";
import {
  type CellKind,
  cellOf,
  concatOf,
  type Genotype,
  linksOf,
  linkTargets,
  type Operation,
  type Space,
} from "@bnas/search";

/** What stands in a layer: a node of the cell, the label of a link, or a bend where a long link passes by. */
export type Vertex =
  | { readonly kind: "node"; readonly node: number }
  | { readonly kind: "label"; readonly operation: Operation; readonly from: number; readonly to: number }
  | { readonly kind: "bend" };

/** Indexes of vertices; `from` stands in the layer just before that of `to`. */
export type Segment = { readonly from: number; readonly to: number };

/**
 * A cell as layers from left to right: the inputs, labels, nodes, labels, nodes, ..., the output. Every link is a chain of
 * segments, each from one layer to the next (the layering of Sugiyama et al. 1981), so that a drawing that keeps the
 * vertices of a layer apart never runs a link over a label or a node.
 */
export type CellGraph = {
  readonly vertices: readonly Vertex[];
  readonly layers: readonly (readonly number[])[];
  readonly chains: readonly (readonly Segment[])[];
  /** The same segments by the layer that they start in. */
  readonly gaps: readonly (readonly Segment[])[];
  /** The node that stands for the concatenation: one more than the last intermediate node. */
  readonly output: number;
  /** Nodes that the cell is given; the others follow. */
  readonly inputs: number;
};

/** The graph of one cell. @throws InvalidInput when a link does not come from an earlier node */
export const cellGraph = (genotype: Genotype, kind: CellKind, space: Space): CellGraph => {
  const cell = cellOf(space, kind);
  const targets = linkTargets(cell);
  const output = cell.inputs + cell.nodes;
  const links = linksOf(genotype, kind).map(([operation, from], index) => ({
    operation,
    from,
    to: targets[index] ?? output,
  }));
  for (const [index, { from, to }] of links.entries()) {
    if (!Number.isInteger(from) || from < 0 || from >= to) {
      const field = `genotype.${kind}[${index}]`;
      throw invalidInput(field, from, `an input from 0 to ${to - 1}`, "links of a node come from earlier nodes.");
    }
  }
  const concat = concatOf(genotype, kind).filter((node) => node < output);

  const layerOf = nodeLayers(links, output);
  const vertices: Vertex[] = [];
  const layers: number[][] = Array.from({ length: (layerOf[output] ?? 0) + 1 }, () => []);
  const place = (vertex: Vertex, layer: number): number => {
    layers[layer]?.push(vertices.length);
    return vertices.push(vertex) - 1;
  };
  const vertexOf = layerOf.map((layer, node) => place({ kind: "node", node }, layer));

  const chain = (from: number, to: number, label?: { layer: number; vertex: Vertex }): Segment[] => {
    const path = [vertexOf[from] ?? 0];
    for (let layer = (layerOf[from] ?? 0) + 1; layer < (layerOf[to] ?? 0); layer += 1) {
      path.push(place(label?.layer === layer ? label.vertex : { kind: "bend" }, layer));
    }
    path.push(vertexOf[to] ?? 0);
    return path.slice(1).map((vertex, index) => ({ from: path[index] ?? 0, to: vertex }));
  };
  const labelLayers = spreadLabels(links.map(({ from, to }) => [layerOf[from] ?? 0, layerOf[to] ?? 0]));
  const labelled = links.map((link, index) =>
    chain(link.from, link.to, { layer: labelLayers[index] ?? 0, vertex: { kind: "label", ...link } }),
  );
  const chains = [...labelled, ...concat.map((node) => chain(node, output))];
  const gaps = layers.map((layer) => chains.flat().filter(({ from }) => layer.includes(from)));
  return { vertices, layers, chains, gaps, output, inputs: cell.inputs };
};

/** Layer of every node by longest path, two apart so that labels have a layer of their own between them. */
const nodeLayers = (links: readonly { from: number; to: number }[], output: number): number[] => {
  const layers = Array.from({ length: output }, () => 0);
  for (const { from, to } of links) layers[to] = Math.max(layers[to] ?? 0, (layers[from] ?? 0) + 2);
  return [...layers, Math.max(...layers) + 1];
};

/** A label layer (they are odd) for each link: the emptiest it passes, short links first as they have no choice. */
const spreadLabels = (spans: readonly (readonly [number, number])[]): number[] => {
  const used = new Map<number, number>();
  const chosen = spans.map(() => 0);
  const shortFirst = spans.map((span, index) => ({ span, index })).sort((a, b) => length(a.span) - length(b.span));
  for (const { span, index } of shortFirst) {
    const free = Array.from({ length: length(span) / 2 }, (_, step) => span[0] + 1 + 2 * step);
    const best = free.reduce((a, b) => ((used.get(b) ?? 0) <= (used.get(a) ?? 0) ? b : a));
    used.set(best, (used.get(best) ?? 0) + 1);
    chosen[index] = best;
  }
  return chosen;
};

const length = ([from, to]: readonly [number, number]): number => to - from;
