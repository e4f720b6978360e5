import { type Graph, type GraphNode, IMAGE } from "./graph.js";
import { PlanDraft, type Planes, type SignConvolution, type Step, type WeightedNode } from "./plan-draft.js";
import { planConvolution, planPool } from "./plan-numbers.js";
import { planAffine, planPlain, planRelu, planSigns, planSum } from "./plan-plain.js";
import { planNormed, planThresholds } from "./plan-signs.js";

/** A network as steps with all addresses, decided before it runs. */
export type NetworkPlan = {
  readonly steps: readonly Step[];
  /** What the memory holds before the first step, by address. */
  readonly constants: readonly (readonly [at: number, data: Uint8Array])[];
  readonly bytes: number;
  readonly image: Planes;
  readonly result: Planes;
};

/** Where everything of a graph lies, and what is computed in which order. */
export const planNetwork = (graph: Graph): NetworkPlan => new Planner(graph).plan();

class Planner {
  readonly #graph: Graph;
  readonly #draft: PlanDraft;
  readonly #readers = new Map<string, GraphNode[]>();
  /** How often each value is still read. */
  readonly #left = new Map<string, number>();
  /** Nodes that are computed with the one that reads them. */
  readonly #waiting = new Map<string, SignConvolution>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#draft = new PlanDraft(graph);
    for (const node of graph.nodes) {
      for (const name of node.inputs) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
    }
    for (const [name, readers] of this.#readers) this.#left.set(name, readers.length);
  }

  plan(): NetworkPlan {
    const draft = this.#draft;
    const image = draft.newPlanes(IMAGE, this.#graph.input);
    for (const node of this.#graph.nodes) this.#node(node);
    const result = draft.planesOf(this.#graph.nodes.at(-1)?.name ?? IMAGE);
    return { steps: draft.steps, constants: draft.constants, bytes: draft.bytes, image, result };
  }

  #node(node: GraphNode): void {
    if ("weights" in node && node.weights.kind === "signs" && this.#waits(node)) {
      this.#waiting.set(node.name, { ...node, weights: node.weights });
      return; // Its input stays until its reader is computed.
    }
    this.#compute(node);
    for (const name of node.inputs) this.#read(name);
  }

  /** A value is read once less; its memory is free after the last time. */
  #read(name: string): void {
    const left = (this.#left.get(name) ?? 0) - 1;
    this.#left.set(name, left);
    if (left > 0) return;
    this.#draft.giveValue(name);
    for (const input of this.#waiting.get(name)?.inputs ?? []) this.#read(input);
  }

  /** Whether a convolution by signs is computed together with what reads it: one norm, sign or threshold. */
  #waits(node: WeightedNode): boolean {
    const [reader, another] = this.#readers.get(node.name) ?? [];
    if (reader === undefined || another !== undefined) return false;
    const ofBits = this.#draft.hasBits(node.inputs[0] ?? "");
    // No network of bnas has one: it is computed in numbers, which are as exact.
    if (node.kind === "conv3x3" && node.stride === 2) return false;
    if (reader.kind === "sign" || reader.kind === "threshold") return ofBits;
    return reader.kind === "affine" && (ofBits ? node.kind !== "depthwise" : node.kind === "pointwise");
  }

  #compute(node: GraphNode): void {
    const draft = this.#draft;
    const [x = IMAGE] = node.inputs;
    const waiting = this.#waiting.get(x);
    switch (node.kind) {
      case "sign":
      case "threshold": {
        const at = node.kind === "sign" ? undefined : node.at;
        if (waiting === undefined) planSigns(draft, node, at);
        else planThresholds(draft, waiting, at ?? new Int32Array(node.shape.channels), node.name);
        return;
      }
      case "affine":
        if (waiting === undefined) planAffine(draft, draft.planesOf(x), node, draft.newPlanes(node.name, node.shape));
        else planNormed(draft, waiting, node, node.name);
        return;
      case "depthwise":
      case "pointwise":
      case "conv3x3":
        planConvolution(draft, node);
        return;
      case "relu":
        planRelu(draft, node);
        return;
      case "sum":
        planSum(draft, node);
        return;
      case "maxPool":
      case "avgPool":
        planPool(draft, node);
        return;
      default:
        planPlain(draft, node);
    }
  }
}
