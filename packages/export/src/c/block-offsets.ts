import type { Span } from "./schedule.js";
import type { Block } from "./storage.js";

/** Where each block begins in one array of floats, and how many floats that has. */
export type Offsets = { readonly offsets: readonly number[]; readonly floats: number };

/** Orders that are tried beside the first. */
const TRIES = 32;

/**
 * Blocks that are in use at one time do not overlap. In some order each takes the first place that is free; from the best of a few orders
 * on, the block that lies highest, and so makes the array large, goes first.
 */
export const blockOffsets = (blocks: readonly Block[], spans: readonly Span[]): Offsets => {
  const sizes = blocks.map(({ pixels, pitch }) => pixels * pitch);
  const by = (key: (block: number) => number): readonly number[] =>
    blocks.map((_, block) => block).sort((a, b) => key(a) - key(b) || a - b);
  const sizeOf = (block: number): number => sizes[block] ?? 0;
  const lengthOf = (block: number): number => (spans[block]?.to ?? 0) - (spans[block]?.from ?? 0);
  const orders = [
    by((block) => -sizeOf(block)),
    by((block) => spans[block]?.from ?? 0),
    by((block) => -lengthOf(block)),
    by((block) => -lengthOf(block) * sizeOf(block)),
  ];
  let best = orders
    .map((order) => ({ order, ...placed(order, sizes, spans) }))
    .reduce((one, other) => (other.floats < one.floats ? other : one));
  let order = best.order;
  for (let tries = 0; tries < TRIES; tries++) {
    const { offsets } = placed(order, sizes, spans);
    const [highest = 0] = by((block) => -((offsets[block] ?? 0) + sizeOf(block)));
    order = [highest, ...order.filter((block) => block !== highest)];
    const found = placed(order, sizes, spans);
    if (found.floats < best.floats) best = { order, ...found };
  }
  return best;
};

const placed = (order: readonly number[], sizes: readonly number[], spans: readonly Span[]): Offsets => {
  const offsets = sizes.map(() => -1);
  for (const block of order) {
    const size = sizes[block] ?? 0;
    const taken = order
      .filter((other) => (offsets[other] ?? -1) >= 0 && meet(spans[block], spans[other]))
      .map((other) => [offsets[other] ?? 0, (offsets[other] ?? 0) + (sizes[other] ?? 0)] as const)
      .sort(([a], [b]) => a - b);
    let offset = 0;
    for (const [from, to] of taken) {
      if (from - offset >= size) break;
      offset = Math.max(offset, to);
    }
    offsets[block] = offset;
  }
  return { offsets, floats: Math.max(0, ...offsets.map((offset, block) => offset + (sizes[block] ?? 0))) };
};

const meet = (one?: Span, other?: Span): boolean =>
  one !== undefined && other !== undefined && one.from <= other.to && other.from <= one.to;
