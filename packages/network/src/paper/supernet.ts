import type { Candidates, Network, Spec } from "@bnas/search";
import { searchCell } from "./cell.js";
import { type Part, partsOf } from "./parts.js";
import type { Stack } from "./stack.js";

/**
 * The network of the search, every edge mixing its candidates: from images [b,h,w,channels], normalized, to logits
 * [b,1,1,classes]. With one candidate an edge it is a sampled network.
 */
export const supernet = <T>(
  stack: Stack,
  partial: Spec["network"]["partial"],
  candidates: Candidates,
): readonly Part<T>[] =>
  partsOf(stack, (net, plan, inputs) => searchCell(net, plan, partial, candidates[plan.kind], inputs));

/** A sampled network as candidates: one an edge. */
export const candidatesOf = (network: Network): Candidates => ({
  normal: network.normal.map((operation) => [operation]),
  reduce: network.reduce.map((operation) => [operation]),
});
