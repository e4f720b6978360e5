import type { Candidates, Network } from "@bnas/search";
import { searchCell } from "./cell.js";
import type { Layers } from "./layers.js";
import { head, type Stack, stem } from "./stack.js";

/**
 * The network of the search: every edge mixes its candidates. With one candidate an edge it is a sampled network.
 * @param image [b,h,w,channels], normalized
 * @returns logits [b,1,1,classes]
 */
export const supernet = <T>(net: Layers<T>, stack: Stack, partial: number, candidates: Candidates, image: T): T => {
  let [before, last] = stem(net, stack, image);
  for (const plan of stack.cells) {
    [before, last] = [last, searchCell(net, plan, partial, candidates[plan.kind], [before, last])];
  }
  return head(net, stack, last);
};

/** A sampled network as candidates: one an edge. */
export const candidatesOf = (network: Network): Candidates => ({
  normal: network.normal.map((operation) => [operation]),
  reduce: network.reduce.map((operation) => [operation]),
});
