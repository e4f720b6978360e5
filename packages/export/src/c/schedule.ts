import { IMAGE } from "@bnas/model";
import type { CStep } from "./c-step.js";
import type { Storage } from "./storage.js";

/** When a block is in use: from the step that first writes to it to the last that reads it. */
export type Span = { readonly from: number; readonly to: number };

/** Steps up to this many may each go anywhere; the search takes their cube. */
const MOST_STEPS = 160;

/**
 * An order of steps that needs little memory: from the given one, all that read a value go directly behind it, or a step goes to another
 * position, whenever that lowers the most that is in use at once, or else what is in use on the whole.
 */
export const scheduled = (steps: readonly CStep[], storage: Storage): readonly CStep[] => {
  const grouped = improved(steps, storage, (order, step) => [readersBehind(order, step)]);
  if (steps.length > MOST_STEPS) return grouped;
  return improved(grouped, storage, (order, step) => [...ordersWith(order, step), readersBehind(order, step)]);
};

type Order = readonly CStep[];

/** The order that no change makes better. */
const improved = (steps: Order, storage: Storage, changes: (order: Order, step: CStep) => readonly Order[]): Order => {
  let best = steps;
  let cost = costOf(best, storage);
  for (let again = true; again; ) {
    again = false;
    for (const step of best) {
      for (const order of changes(best, step)) {
        const other = costOf(order, storage);
        if (other >= cost) continue;
        [best, cost, again] = [order, other, true];
      }
    }
  }
  return best;
};

/** When each block is in use. */
export const spansOf = (steps: readonly CStep[], { places, blocks }: Storage): readonly Span[] => {
  const spans = blocks.map(() => ({ from: steps.length, to: -1 }));
  for (const [index, { node, inputs }] of steps.entries()) {
    for (const name of [node.name, ...inputs]) {
      const span = spans[places.get(name)?.block ?? -1];
      if (span === undefined) continue;
      span.from = Math.min(span.from, index);
      span.to = Math.max(span.to, index);
    }
  }
  return spans;
};

/** The peak, and as a fraction of a float the mean over all steps. */
const costOf = (steps: readonly CStep[], storage: Storage): number => {
  const used = new Float64Array(steps.length);
  for (const [block, { from, to }] of spansOf(steps, storage).entries()) {
    const { pixels, pitch } = storage.blocks[block] ?? { pixels: 0, pitch: 0 };
    for (let step = from; step <= to; step++) used[step] = (used[step] ?? 0) + pixels * pitch;
  }
  const peak = used.reduce((most, one) => Math.max(most, one), 0);
  return peak + used.reduce((sum, one) => sum + one, 0) / steps.length / (peak + 1);
};

/** The order with a step at each other position that it may have: behind all that it reads, in front of all that read it. */
const ordersWith = (steps: readonly CStep[], step: CStep): readonly (readonly CStep[])[] => {
  const others = steps.filter((other) => other !== step);
  const least = others.findLastIndex((other) => step.inputs.includes(other.node.name)) + 1;
  const reader = others.findIndex((other) => other.inputs.includes(step.node.name));
  const most = reader === -1 ? others.length : reader;
  return Array.from({ length: most - least + 1 }, (_, i) => [
    ...others.slice(0, least + i),
    step,
    ...others.slice(least + i),
  ]);
};

/** The order with all that read a step's result directly behind it, as far as their other inputs were made before. */
const readersBehind = (steps: readonly CStep[], step: CStep): readonly CStep[] => {
  const index = steps.indexOf(step);
  const before = steps.slice(0, index + 1);
  const made = new Set([IMAGE, ...before.map(({ node }) => node.name)]);
  const readers = steps.filter(
    ({ inputs }, other) => other > index && inputs.includes(step.node.name) && inputs.every((name) => made.has(name)),
  );
  return [...before, ...readers, ...steps.slice(index + 1).filter((other) => !readers.includes(other))];
};
