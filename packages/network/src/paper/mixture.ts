import {
  type Candidates,
  type CellKind,
  edgesInto,
  nodesOf,
  type Operation,
  type Space,
  softmax,
  type Tensors,
} from "@bnas/search";
import { gives } from "./operations.js";
import { tensorValue } from "./state.js";

/** Weights of the sums of every node, by the name of the mixture. */
export type Mixture = ReadonlyMap<string, Float32Array>;

/** Gradients of the strengths: in DARTS `alpha.normal`, `alpha.reduce` [14,8], `beta.normal`, `beta.reduce` [14]. */
export type StrengthGradients = ReadonlyMap<string, Float32Array>;

export const alphaName = (kind: CellKind): string => `alpha.${kind}`;
export const betaName = (kind: CellKind): string => `beta.${kind}`;

/** Name of the mixture that weights a node's sum; the cells of a kind share it, as they share alpha and beta. */
export const mixtureName = (kind: CellKind, node: number, part: "operations" | "bypass"): string =>
  `mixture.${kind}.${node}.${part}`;

/**
 * What alpha and beta make of the edges into each node: an operation weighs softmax(beta over the node's edges) times
 * softmax(alpha over the edge's candidates), a bypass the former alone (PC-DARTS). `none` takes its share of the softmax
 * and gives nothing, so it has no place in the sum.
 */
export const mixture = (space: Space, candidates: Candidates, strengths: Tensors): Mixture => {
  const weights = new Map<string, Float32Array>();
  for (const { kind, node, edges } of nodes(space, candidates, strengths)) {
    const operations = edges.flatMap(({ share, shares }) =>
      shares.filter(givesShare).map(({ value }) => share * value),
    );
    weights.set(mixtureName(kind, node, "operations"), Float32Array.from(operations));
    weights.set(
      mixtureName(kind, node, "bypass"),
      Float32Array.from(edges, ({ share }) => share),
    );
  }
  return weights;
};

/**
 * The chain rule through `mixture`: from the gradients of its weights to those of alpha and beta. Entries of operations
 * that are no candidates get 0. A mixture that the loss does not depend on may be missing.
 */
export const strengthGradients = (
  space: Space,
  candidates: Candidates,
  strengths: Tensors,
  gradients: ReadonlyMap<string, Float32Array>,
): StrengthGradients => {
  const result = new Map<string, Float32Array>();
  for (const { kind, edges } of space.cells) {
    result.set(alphaName(kind), new Float32Array(edges.length * space.operations.length));
    result.set(betaName(kind), new Float32Array(edges.length));
  }
  for (const { kind, node, edges } of nodes(space, candidates, strengths)) {
    const operations = gradients.get(mixtureName(kind, node, "operations"));
    const bypass = gradients.get(mixtureName(kind, node, "bypass"));
    const alpha = named(result, alphaName(kind));
    const beta = named(result, betaName(kind));
    let place = 0;
    // Gradient of every edge's share of the node, and, below, of every candidate's share of the edge.
    const ofShares = edges.map(({ edge, share, shares }, index) => {
      let ofShare = bypass?.[index] ?? 0;
      const ofCandidates = shares.map((candidate) => {
        if (!givesShare(candidate)) return 0;
        const gradient = operations?.[place++] ?? 0;
        ofShare += gradient * candidate.value;
        return gradient * share;
      });
      const back = softmaxGradient(
        shares.map(({ value }) => value),
        ofCandidates,
      );
      shares.forEach(({ operation }, k) => {
        alpha[edge * space.operations.length + space.operations.indexOf(operation)] = back[k] ?? 0;
      });
      return ofShare;
    });
    const back = softmaxGradient(
      edges.map(({ share }) => share),
      ofShares,
    );
    edges.forEach(({ edge }, index) => {
      beta[edge] = back[index] ?? 0;
    });
  }
  return result;
};

/** p * (g - sum p g): the gradient of the logits of a softmax with the shares p from the gradient of its shares. */
const softmaxGradient = (shares: readonly number[], gradients: readonly number[]): number[] => {
  const mean = shares.reduce((sum, share, k) => sum + share * (gradients[k] ?? 0), 0);
  return shares.map((share, k) => share * ((gradients[k] ?? 0) - mean));
};

type Share = { readonly operation: Operation; readonly value: number };
type EdgeShares = { readonly edge: number; readonly share: number; readonly shares: readonly Share[] };

const givesShare = ({ operation }: Share): boolean => gives(operation);

const nodes = (
  { cells, operations }: Space,
  candidates: Candidates,
  strengths: Tensors,
): readonly { readonly kind: CellKind; readonly node: number; readonly edges: readonly EdgeShares[] }[] =>
  cells.flatMap((cell) => {
    const { kind } = cell;
    const alpha = tensorValue(strengths, alphaName(kind), [cell.edges.length, operations.length]).values;
    const beta = tensorValue(strengths, betaName(kind), [cell.edges.length]).values;
    return nodesOf(cell).map((node) => {
      const into = edgesInto(cell, node);
      const share = softmax(into.map(({ edge }) => beta[edge] ?? 0));
      const edges = into.map(({ edge }, index): EdgeShares => {
        const left = candidates[kind]?.[edge] ?? [];
        const values = softmax(
          left.map((operation) => alpha[edge * operations.length + operations.indexOf(operation)] ?? 0),
        );
        const shares = left.map((operation, k) => ({ operation, value: values[k] ?? 0 }));
        return { edge, share: share[index] ?? 0, shares };
      });
      return { kind, node, edges };
    });
  });

const named = <V>(values: ReadonlyMap<string, V>, name: string): V => {
  const value = values.get(name);
  if (value === undefined) throw new RangeError(`nothing is called ${name}`);
  return value;
};
