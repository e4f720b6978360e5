import type { CellKind, Genotype, Operation, Space } from "@bnas/search";
import { type CellGraph, cellGraph, type Segment, type Vertex } from "./cell-graph.js";
import { crossings, type Order, orderLayers } from "./cell-order.js";
import { spaced } from "./spaced.js";
import { straighten } from "./straighten.js";

/** Pixels; x and y are the top left corner. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
export type Point = { readonly x: number; readonly y: number };

/** Where everything of a cell goes, in pixels. */
export type CellLayout = {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly { readonly node: number; readonly box: Box }[];
  readonly labels: readonly {
    readonly operation: Operation;
    readonly from: number;
    readonly to: number;
    readonly box: Box;
  }[];
  /** Each link in pieces from left to right; it stops at its label and continues behind it. The last piece ends at a node. */
  readonly curves: readonly (readonly { readonly from: Point; readonly to: Point }[])[];
  readonly output: number;
  readonly inputs: number;
};

export const CHARACTER = 7.2;
const LABEL = { padding: 9, height: 24, apart: 14 };
const NODE = { width: 40, height: 40, apart: 26 };
const PORT = 11;
const GAP = 50;
const MARGIN = 4;
const STARTS = 24;
const SETTLING = 60;

/** Places a cell with as few crossings, and then as short links, as the orders that are tried give. Deterministic. */
export const cellLayout = (genotype: Genotype, kind: CellKind, space: Space): CellLayout => {
  const graph = cellGraph(genotype, kind, space);
  const segments = graph.chains.flat();
  const tried = new Set<string>();
  let best: { cost: number; order: Order; centres: number[] } | undefined;
  for (let start = 0; start < STARTS; start += 1) {
    const order = orderLayers(graph, start);
    const crossed = crossings(order, graph) * 1e6;
    if (tried.has(String(order)) || (best !== undefined && crossed > best.cost)) continue;
    tried.add(String(order));
    const centres = verticalCentres(graph, order, segments);
    const cost = crossed + bending(centres, segments) + upsideDown(graph, order) * NODE.apart;
    if (best === undefined || cost < best.cost) best = { cost, order, centres };
  }
  return boxes(graph, best?.centres ?? []);
};

/** Height of every vertex's centre: near its neighbours, no two of a layer closer than their boxes allow. */
const verticalCentres = (graph: CellGraph, order: Order, segments: readonly Segment[]): number[] => {
  const centres = graph.vertices.map(() => 0);
  for (const layer of order) for (const [rank, vertex] of layer.entries()) centres[vertex] = rank * 50;
  const near = graph.vertices.map((_, vertex) =>
    segments.flatMap(({ from, to }) => (from === vertex ? [to] : to === vertex ? [from] : [])),
  );
  // Bends pull harder on each other than nodes do, so that long links run straight (Gansner et al. 1993, section 4).
  const weight = { node: 1, label: 2, bend: 4 };
  const weights = graph.vertices.map(({ kind }) => weight[kind]);
  const pull = (a: number, b: number): number => (weights[a] ?? 1) * (weights[b] ?? 1);
  const plan = order.map((layer) => ({
    layer,
    distances: layer.slice(1).map((vertex, rank) => apart(graph, layer[rank] ?? 0, vertex)),
  }));
  for (let sweep = 0; sweep < SETTLING; sweep += 1) {
    for (const { layer, distances } of sweep % 2 === 0 ? plan : plan.toReversed()) {
      const wishes = layer.map((vertex) => {
        let [pulls, sum] = [0, 0];
        for (const other of near[vertex] ?? []) {
          pulls += pull(vertex, other);
          sum += pull(vertex, other) * (centres[other] ?? 0);
        }
        return pulls === 0 ? (centres[vertex] ?? 0) : sum / pulls;
      });
      for (const [rank, y] of spaced(wishes, distances).entries()) centres[layer[rank] ?? 0] = y;
    }
  }
  straighten(graph, order, centres, (above, below) => apart(graph, above, below));
  return centres;
};

const bending = (centres: readonly number[], segments: readonly Segment[]): number =>
  segments.reduce((sum, { from, to }) => sum + Math.abs((centres[from] ?? 0) - (centres[to] ?? 0)), 0);

/** Pairs of nodes of a layer of which the later one stands above. */
const upsideDown = (graph: CellGraph, order: Order): number =>
  order.reduce((sum, layer) => {
    const nodes = layer.flatMap((vertex) => {
      const found = graph.vertices[vertex];
      return found?.kind === "node" ? [found.node] : [];
    });
    return (
      sum + nodes.reduce((count, node, at) => count + nodes.slice(at + 1).filter((below) => below < node).length, 0)
    );
  }, 0);

const boxes = (graph: CellGraph, centres: readonly number[]): CellLayout => {
  const half = graph.vertices.map((vertex) => size(graph, vertex).height / 2);
  const top = Math.min(...centres.map((y, vertex) => y - (half[vertex] ?? 0)));
  const bottom = Math.max(...centres.map((y, vertex) => y + (half[vertex] ?? 0)));
  const places: Place[] = [];
  let x = MARGIN;
  for (const layer of graph.layers) {
    const column = Math.max(...layer.map((vertex) => size(graph, graph.vertices[vertex]).width));
    for (const vertex of layer) {
      const { width, height } = size(graph, graph.vertices[vertex]);
      const y = round((centres[vertex] ?? 0) - height / 2 - top + MARGIN);
      const box = { x: round(x + (column - width) / 2), y, width: round(width), height };
      places[vertex] = { box, left: round(x), right: round(x + column) };
    }
    x += column + GAP;
  }
  const place = (vertex: number): Place =>
    places[vertex] ?? { box: { x: 0, y: 0, width: 0, height: 0 }, left: 0, right: 0 };
  return {
    width: round(x - GAP + MARGIN),
    height: round(bottom - top + 2 * MARGIN),
    nodes: graph.vertices.flatMap((vertex, at) =>
      vertex.kind === "node" ? [{ node: vertex.node, box: place(at).box }] : [],
    ),
    labels: graph.vertices.flatMap((vertex, at) => {
      if (vertex.kind !== "label") return [];
      return [{ operation: vertex.operation, from: vertex.from, to: vertex.to, box: place(at).box }];
    }),
    curves: curves(graph, place),
    output: graph.output,
    inputs: graph.inputs,
  };
};

/** A vertex's box, and the column of its layer: links curve between columns and run straight inside them. */
type Place = { readonly box: Box; readonly left: number; readonly right: number };

/** Links leave and enter a node one below the other, in the order in which they come, never in one point. */
const curves = (graph: CellGraph, place: (vertex: number) => Place): CellLayout["curves"] => {
  const segments = graph.chains.flat();
  const middle = (vertex: number): number => place(vertex).box.y + place(vertex).box.height / 2;
  const port = (segment: Segment, end: "from" | "to"): number => {
    const far = end === "from" ? "to" : "from";
    const beside = segments.filter((other) => other[end] === segment[end]);
    const rank = [...beside].sort((a, b) => middle(a[far]) - middle(b[far])).indexOf(segment);
    const pitch = Math.min(PORT, (place(segment[end]).box.height - 12) / Math.max(1, beside.length - 1));
    return round(middle(segment[end]) + (rank - (beside.length - 1) / 2) * pitch);
  };
  const pieces = (segment: Segment): { from: Point; to: Point }[] => {
    const [from, to] = [place(segment.from), place(segment.to)];
    const [leave, enter] = [port(segment, "from"), port(segment, "to")];
    // A bend has no outline to stop at: the link continues through its column.
    const start = graph.vertices[segment.from]?.kind === "bend" ? from.left : round(from.box.x + from.box.width);
    const end = graph.vertices[segment.to]?.kind === "bend" ? to.left : to.box.x;
    return [
      { from: { x: start, y: leave }, to: { x: from.right, y: leave } },
      { from: { x: from.right, y: leave }, to: { x: to.left, y: enter } },
      { from: { x: to.left, y: enter }, to: { x: end, y: enter } },
    ];
  };
  return graph.chains.map((chain) => chain.flatMap(pieces).filter(({ from, to }) => from.x < to.x));
};

const size = (graph: CellGraph, vertex: Vertex | undefined): { width: number; height: number } => {
  if (vertex === undefined || vertex.kind === "bend") return { width: 0, height: 0 };
  if (vertex.kind === "label") {
    return { width: vertex.operation.length * CHARACTER + 2 * LABEL.padding, height: LABEL.height };
  }
  const end = vertex.node < graph.inputs || vertex.node === graph.output;
  return { width: end ? 56 : NODE.width, height: vertex.node === graph.output ? 56 : NODE.height };
};

/** Least distance between the centres of two neighbours in a layer. */
const apart = (graph: CellGraph, above: number, below: number): number =>
  (claim(graph, graph.vertices[above]) + claim(graph, graph.vertices[below])) / 2;

/** Height that a vertex claims in its layer, with the free space around it. */
const claim = (graph: CellGraph, vertex: Vertex | undefined): number =>
  size(graph, vertex).height + (vertex?.kind === "node" ? NODE.apart : LABEL.apart);

const round = (pixels: number): number => Math.round(pixels * 10) / 10;
