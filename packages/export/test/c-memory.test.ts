import { IMAGE, lower, type Model, withThresholds } from "@bnas/model";
import { darts } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { genotypeOf, modelWith } from "../../model/test/builders.js";
import { blockOffsets } from "../src/c/block-offsets.js";
import { type CStep, cStepsOf } from "../src/c/c-step.js";
import { scheduled, spansOf } from "../src/c/schedule.js";
import { storageOf } from "../src/c/storage.js";

const models: readonly Model[] = [1, 2, 3, 4].flatMap((seed) =>
  (["weights", "weights+activations"] as const).map((binarize) =>
    modelWith({ genotype: genotypeOf(darts, seed), network: { binarize, channels: 4 }, seed }),
  ),
);

const planned = (model: Model) => {
  const given = cStepsOf(withThresholds(lower(model)));
  const storage = storageOf(given);
  const steps = scheduled(given, storage);
  return { given, storage, steps, spans: spansOf(steps, storage) };
};

/** The most floats that are in use at once. */
const peakOf = (steps: readonly CStep[], storage: ReturnType<typeof storageOf>): number => {
  const spans = spansOf(steps, storage);
  const used = steps.map((_, step) =>
    spans.reduce((sum, { from, to }, block) => {
      const { pixels = 0, pitch = 0 } = storage.blocks[block] ?? {};
      return from <= step && step <= to ? sum + pixels * pitch : sum;
    }, 0),
  );
  return Math.max(...used);
};

describe("the memory of a network in C", () => {
  it.each(models)("has an order in which each value is made before it is read", (model) => {
    const { given, steps } = planned(model);
    expect(new Set(steps)).toEqual(new Set(given));
    const made = new Set([IMAGE]);
    for (const { node, inputs } of steps) {
      for (const name of inputs) expect(made, `${node.name} reads ${name}`).toContain(name);
      made.add(node.name);
    }
  });

  it.each(models)("is used by one block at a time, and needs no more than the given order does", (model) => {
    const { given, storage, steps, spans } = planned(model);
    const { offsets, floats } = blockOffsets(storage.blocks, spans);
    for (const [one, { from, to }] of spans.entries()) {
      for (const [other, span] of spans.entries()) {
        if (other === one || from > span.to || span.from > to) continue;
        const endOf = (block: number): number =>
          (offsets[block] ?? 0) + (storage.blocks[block]?.pixels ?? 0) * (storage.blocks[block]?.pitch ?? 0);
        expect(endOf(one) <= (offsets[other] ?? 0) || endOf(other) <= (offsets[one] ?? 0)).toBe(true);
      }
    }
    expect(peakOf(steps, storage)).toBeLessThanOrEqual(peakOf(given, storage));
    expect(floats).toBeLessThan(1.25 * peakOf(steps, storage));
  });
});
