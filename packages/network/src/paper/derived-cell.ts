import {
  cellOf,
  concatOf,
  type Genotype,
  type Link,
  linksOf,
  linkTargets,
  nodesOf,
  nth,
  type Space,
} from "@bnas/search";
import type { Layers } from "./layers.js";
import { applyOperation, gives } from "./operations.js";
import { preprocess } from "./preprocess.js";
import { type CellPlan, strideFrom } from "./stack.js";

/** What a derived network needs besides. */
export type DerivedLayers<T> = Layers<T> & {
  /** Drops x for some of the images while training, and scales up the rest. */
  dropPath(x: T): T;
  /** ReLU, then the means of four 5x5 windows in the corners: [b,h,w,c] -> [b,2,2,c]. */
  auxiliaryPool(x: T): T;
  /** [b,h,w,c] -> [b,1,1,h*w*c]. */
  flatten(x: T): T;
};

/**
 * A cell of the derived network: every node is the sum of its links, on all channels, with affine batch norms (DARTS).
 * @returns the concatenated nodes: [b,h,w,channels * nodes], h and w halved by a reduction cell
 */
export const derivedCell = <T>(
  net: DerivedLayers<T>,
  plan: CellPlan,
  space: Space,
  genotype: Genotype,
  inputs: readonly T[],
): T => {
  const links = linksOf(genotype, plan.kind);
  const nodes = preprocess(net, plan, inputs);
  const cell = cellOf(space, plan.kind);
  const targets = linkTargets(cell);
  for (const to of nodesOf(cell)) {
    const own = links.filter((_, link) => targets[link] === to);
    nodes.push(net.scope(() => derivedNode(net, plan, to, own, nodes)));
  }
  const outputs = concatOf(genotype, plan.kind).map((node) => nth(nodes, node));
  return outputs.length === 1 ? nth(outputs, 0) : net.concat(outputs);
};

const derivedNode = <T>(
  net: DerivedLayers<T>,
  plan: CellPlan,
  to: number,
  links: readonly Link[],
  nodes: readonly T[],
): T => {
  const summands = links.flatMap(([operation, from], link) => {
    if (!gives(operation)) return [];
    const stride = strideFrom(plan, from);
    // By link, not by edge: a genotype may take the same input twice.
    const name = `${plan.name}.node.${to}.${link}.${operation}`;
    const y = applyOperation(net, name, operation, nth(nodes, from), { channels: plan.channels, stride });
    return [operation === "skip_connect" && stride === 1 ? y : net.dropPath(y)];
  });
  return summands.length > 0
    ? net.sum(summands)
    : net.zeros(nth(nodes, 0), { channels: plan.channels, stride: strideFrom(plan, 0) });
};
