import type { GraphNode } from "@bnas/model";
import type { CStep } from "./c-step.js";

/** Where a value lies: in a block, from a channel on. */
export type ValuePlace = { readonly block: number; readonly channel: number };

/** Memory that values share: of each pixel `pitch` floats. */
export type Block = { readonly pixels: number; readonly pitch: number };

/** Which values lie where in which block. */
export type Storage = { readonly places: ReadonlyMap<string, ValuePlace>; readonly blocks: readonly Block[] };

/**
 * Values share a block where one is made of the other in place, by a step that alone reads it; and values that are concatenated lie side by
 * side in the block of the whole, so that to concatenate them is nothing.
 */
export const storageOf = (steps: readonly CStep[]): Storage => {
  const made = new Map(steps.map(({ node }) => [node.name, node]));
  const readers = new Map<string, number>();
  for (const { inputs } of steps) for (const name of inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
  const places = new Map<string, ValuePlace>();
  const blocks: Block[] = [];
  const placeOf = (node: GraphNode): ValuePlace => {
    const known = places.get(node.name);
    if (known !== undefined) return known;
    const { height, width, channels } = node.shape;
    blocks.push({ pixels: height * width, pitch: channels });
    const place = { block: blocks.length - 1, channel: 0 };
    places.set(node.name, place);
    return place;
  };
  // From the last step on: where a result must lie says where what it is made of may.
  for (const { node, inputs } of steps.toReversed()) {
    const place = placeOf(node);
    if (node.kind === "concat") {
      let channel = place.channel;
      for (const name of inputs) {
        if (made.has(name) && !places.has(name)) places.set(name, { block: place.block, channel });
        channel += made.get(name)?.shape.channels ?? 0;
      }
      continue;
    }
    const own = inputs.slice(0, node.kind === "sum" ? 2 : 1).find((name) => {
      const from = made.get(name);
      return from !== undefined && readers.get(name) === 1 && !places.has(name) && isInPlace(node, from);
    });
    if (own !== undefined) places.set(own, place);
  }
  return { places, blocks };
};

/** Whether a node can be computed where its input lies. */
const isInPlace = (node: GraphNode, from: GraphNode): boolean => {
  switch (node.kind) {
    case "pointwise":
      return node.stride === 1 && node.offset === 0 && from.shape.channels === node.shape.channels;
    case "relu":
    case "sign":
    case "threshold":
    case "affine":
    case "sum":
      return true;
    default:
      return false;
  }
};
