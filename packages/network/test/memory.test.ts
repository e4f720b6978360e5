import { darts, fullSpace } from "@bnas/search";
import { beforeAll, describe, expect, it } from "vitest";
import { supernetCost } from "../src/cost/cost.js";
import { largestBatch } from "../src/cost/memory.js";
import { initialState } from "../src/cost/parameters.js";
import { type Engine, openEngine } from "../src/engine/engine.js";
import { trainEpoch } from "../src/train/train-epoch.js";
import { batchesOf, everywhere, INPUT, NORMALIZATION, noise, specWith } from "./builders.js";

const LEAST = 128 * 2 ** 20;
const spec = {
  ...specWith(),
  warmup: { ...specWith().warmup, batch: 4 },
  reduction: { ...specWith().reduction, batch: 4 },
};

let wasm: Engine;
beforeAll(async () => {
  wasm = await openEngine("wasm");
});

const job = (batch: number, over: Partial<typeof spec> = {}) => ({
  spec: { ...spec, ...over },
  input: INPUT,
  normalization: NORMALIZATION,
  candidates: everywhere("skip_connect", "dil_conv_3x3"),
  state: initialState(spec, INPUT),
  rate: 0.05,
  trainStrengths: true,
  weightBatches: batchesOf(noise(batch, 1)),
  strengthBatches: batchesOf(noise(batch, 2)),
});

describe("the memory of an engine", () => {
  it("lets a batch through by part where it would not fit whole, with the same result", async () => {
    const { trainingBytesPerImage, trainingByPartBytesPerImage } = supernetCost(spec, INPUT, job(4).candidates);
    expect(trainingByPartBytesPerImage).toBeLessThan(trainingBytesPerImage);
    const small = { ...wasm, memoryLimit: LEAST + 4 * trainingByPartBytesPerImage };
    expect(largestBatch(small, trainingBytesPerImage)).toBeLessThan(4);
    const byPart = await trainEpoch(small, job(4));
    const whole = await trainEpoch(wasm, job(4));
    expect(byPart.loss).toBeCloseTo(whole.loss, 5);
    expect(byPart.changed.size).toBe(whole.changed.size);
  });

  it("refuses a batch that fits in no way before it computes, and says what fits", async () => {
    const small = {
      ...wasm,
      memoryLimit: LEAST + 5 * supernetCost(spec, INPUT, job(4).candidates).trainingByPartBytesPerImage,
    };
    const training = trainEpoch(small, job(6));
    await expect(training).rejects.toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    await expect(training).rejects.toThrow(/batch: 6 .* at most 5 images/s);
  });

  it("refuses in the first epoch a spec whose later stage will not fit, by the field to change", async () => {
    const small = {
      ...wasm,
      memoryLimit: LEAST + 5 * supernetCost(spec, INPUT, job(4).candidates).trainingByPartBytesPerImage,
    };
    const later = job(4, { reduction: { ...spec.reduction, batch: 400 } });
    await expect(trainEpoch(small, later)).rejects.toThrow(
      /spec\.reduction\.batch: 400 .* Lower spec\.reduction\.batch to 5/s,
    );
  });

  it("is without a bound of ours where the machine is the limit", () => {
    expect(largestBatch({ memoryLimit: null }, 1e9)).toBe(Number.POSITIVE_INFINITY);
  });

  it("holds what the estimate says: a step of the supernet on a few hundred images", async () => {
    const images = 192;
    const large = specWith({ cells: 3, channels: 8 });
    const begin = wasm.memory();
    await trainEpoch(wasm, {
      ...job(4),
      spec: large,
      candidates: fullSpace(darts),
      state: initialState(large, INPUT),
      trainStrengths: false,
      weightBatches: batchesOf(noise(images, 1)),
    });
    const estimate = images * supernetCost(large, INPUT).trainingBytesPerImage;
    expect(wasm.memory()).toBeGreaterThan(0.75 * estimate);
    expect(wasm.memory()).toBeLessThan(estimate + begin + LEAST);
  });
});
