import { darts, PUBLISHED, preset, type Spec, type Tensors } from "@bnas/search";
import { memory } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { type Engine, openEngine } from "../src/engine/engine.js";
import { type Batch, evaluateModel, isStatistic, modelNetwork, trainModelEpoch } from "../src/index.js";
import type { ModelEpochJob } from "../src/train/train-model.js";
import { batchesOf, INPUT, NORMALIZATION, noise } from "./builders.js";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
});

const train = (given: Partial<Spec["train"]> = {}): Spec["train"] => ({
  ...preset("smoke").train,
  cells: 3,
  channels: 4,
  ...given,
});

const networkOf = (given: Partial<Spec["train"]> = {}, input = INPUT, binarizer: Spec["binarizer"] = "xnor") =>
  modelNetwork(
    { ...preset("smoke"), train: train(given), binarizer },
    { genotype: PUBLISHED, binarize: "weights", space: darts },
    input,
  );

const network = networkOf();
const epoch = (
  { engine: on = engine, ...given }: Partial<ModelEpochJob> & { readonly engine?: Engine } = {},
  batches: readonly Batch[] = [noise(8, 1), noise(8, 2)],
) =>
  trainModelEpoch(on, {
    network,
    input: INPUT,
    normalization: NORMALIZATION,
    state: network.initialState(1),
    rate: 0.05,
    optimizer: { momentum: 0.9, decay: 3e-4, clip: 5 },
    loss: { auxiliary: 0.4, smoothing: 0 },
    dropPath: { probability: 0, seed: 1, epoch: 1 },
    batches: batchesOf(...batches),
    ...given,
  });

const evaluate = (state: Tensors, batches: readonly Batch[]) =>
  evaluateModel(engine, { network, input: INPUT, normalization: NORMALIZATION, state, batches: batchesOf(...batches) });

describe("an epoch of a derived network", () => {
  it("trains with a scale for each output channel where the spec says so, and is evaluated so", async () => {
    const conventions = { ...preset("smoke").conventions, xnor: "channel" } as const;
    const answer = { genotype: PUBLISHED, binarize: "weights", space: darts } as const;
    const other = modelNetwork({ ...preset("smoke"), train: train(), conventions }, answer, INPUT);
    const { state } = await epoch({ network: other });
    expect(state).not.toEqual((await epoch()).state);
    const batches = () => batchesOf(noise(8, 3));
    const job = { input: INPUT, normalization: NORMALIZATION, state };
    const [own, wrong] = [
      await evaluateModel(engine, { ...job, network: other, batches: batches() }),
      await evaluateModel(engine, { ...job, network, batches: batches() }),
    ];
    expect(own.loss).not.toBe(wrong.loss);
  });

  it("is a function of its job: done again it gives the same bits", async () => {
    const [one, other] = [await epoch(), await epoch()];
    expect(other).toEqual(one);
    expect(one.images).toBe(16);
  });

  it("leaves weights, momentum and running statistics, and changes nothing that it was given", async () => {
    const state = network.initialState(1);
    const { state: after } = await epoch({ state });
    expect(state).toEqual(network.initialState(1));
    const names = network.parameters.map(({ name }) => name);
    expect([...after.keys()].filter((name) => !isStatistic(name)).sort()).toEqual(
      names.flatMap((name) => [name, `momentum/${name}`]).sort(),
    );
    const norms = names.filter((name) => name.endsWith(".scale")).map((name) => name.replace(/\.scale$/, ""));
    expect([...after.keys()].filter(isStatistic).sort()).toEqual(
      norms.flatMap((norm) => [`${norm}.mean`, `${norm}.variance`]).sort(),
    );
  });

  it("continues from an epoch as if there had been no end: momentum and statistics are carried over", async () => {
    const whole = await epoch({}, [noise(8, 1), noise(8, 2)]);
    const first = await epoch({}, [noise(8, 1)]);
    const second = await epoch({ state: first.state }, [noise(8, 2)]);
    expect(second.state).toEqual(whole.state);
  });

  it("learns: the loss of the same images falls from epoch to epoch", async () => {
    let { state, loss } = await epoch();
    const first = loss;
    for (let turn = 0; turn < 12; turn++) ({ state, loss } = await epoch({ state }));
    expect(loss).toBeLessThan(0.7 * first);
  });

  it("lets no batch norm decay: without gradients they stay as they are, and other weights shrink", async () => {
    const optimizer = { momentum: 0, decay: 0.5, clip: 1e-30 };
    const { state } = await epoch({ optimizer, rate: 0.1 }, [noise(8, 1)]);
    const before = network.initialState(1);
    expect(state.get("stem.norm.scale")).toEqual(before.get("stem.norm.scale"));
    const weight = before.get("stem.conv")?.values[0] ?? 0;
    expect(state.get("stem.conv")?.values[0]).toBeCloseTo(0.95 * weight, 6);
  });

  it("takes its rate into the projection loss of pcnn, so that the first gradient depends on it", async () => {
    const projected = networkOf({}, INPUT, "pcnn");
    const optimizer = { momentum: 0.9, decay: 0, clip: 1e6 };
    const given = { network: projected, state: projected.initialState(1), optimizer };
    const names = projected.parameters.map(({ name }) => name).filter((name) => name.endsWith(".projection"));
    const momenta = async (rate: number) => {
      const { state } = await epoch({ ...given, rate }, [noise(8, 1)]);
      return names.map((name) => state.get(`momentum/${name}`)?.values);
    };
    expect(names.length).toBeGreaterThan(10);
    expect(await momenta(0.1)).toEqual(await momenta(0.1));
    expect(await momenta(10)).not.toEqual(await momenta(0.1));
  });

  it("lets no projection decay", async () => {
    const projected = networkOf({}, INPUT, "pcnn");
    const optimizer = { momentum: 0, decay: 0.5, clip: 1e-30 };
    const before = projected.initialState(1);
    const { state } = await epoch({ network: projected, state: before, optimizer, rate: 0.1 }, [noise(8, 1)]);
    const names = projected.parameters.map(({ name }) => name).filter((name) => name.endsWith(".projection"));
    for (const name of names) expect(state.get(name)).toEqual(before.get(name));
  });

  it("drops paths by seed and epoch, and so the same way again", async () => {
    const dropped = (seed: number, number: number) =>
      epoch({ dropPath: { probability: 0.5, seed, epoch: number } }).then(({ loss }) => loss);
    expect(await dropped(1, 1)).toBe(await dropped(1, 1));
    expect(new Set([await dropped(1, 1), await dropped(2, 1), await dropped(1, 2), (await epoch()).loss]).size).toBe(4);
  });

  it("adds the share of the auxiliary head's loss that the recipe says, and gives the classifier's own", async () => {
    const input = { ...INPUT, height: 32, width: 32 };
    const helped = networkOf({ auxiliary: 0.4 }, input);
    const start = helped.initialState(1);
    const after = async (auxiliary: number) =>
      epoch({ network: helped, input, state: start, loss: { auxiliary, smoothing: 0 } }, [noise(4, 1, input)]);
    const [none, some] = [await after(0), await after(0.4)];
    expect(some.loss).toBe(none.loss);
    // Without its share the head does nothing but decay.
    const name = "auxiliary.classifier.bias";
    const decayed = Array.from(start.get(name)?.values ?? [], (value) => expect.closeTo(3e-4 * value, 8));
    expect([...(none.state.get(`momentum/${name}`)?.values ?? [])]).toEqual(decayed);
    expect([...(some.state.get(`momentum/${name}`)?.values ?? [])]).not.toEqual(decayed);
    expect(some.state.get("stem.conv")).not.toEqual(none.state.get("stem.conv"));
  });

  it("is computed part by part where its batch would not fit whole: the same paths dropped, statistics and gradients, but for rounding", async () => {
    const input = { ...INPUT, height: 32, width: 32 };
    const helped = networkOf({ auxiliary: 0.4, cells: 4 }, input);
    const { trainingByPartBytesPerImage, trainingBytesPerImage } = helped.cost;
    expect(4 * trainingByPartBytesPerImage).toBeLessThan(4 * trainingBytesPerImage);
    const limited = { ...engine, memoryLimit: 128 * 2 ** 20 + 4 * trainingByPartBytesPerImage };
    const state = helped.initialState(1);
    const job = {
      network: helped,
      input,
      state,
      loss: { auxiliary: 0.4, smoothing: 0.1 },
      dropPath: { probability: 0.3, seed: 1, epoch: 2 },
    };
    const batches = [noise(4, 1, input)];
    const [whole, byPart] = [await epoch(job, batches), await epoch({ ...job, engine: limited }, batches)];
    expect([byPart.loss, byPart.correct]).toEqual([whole.loss, whole.correct]);
    expect([...byPart.state.keys()].sort()).toEqual([...whole.state.keys()].sort());
    for (const [name, { values }] of whole.state) {
      const found = byPart.state.get(name)?.values ?? [];
      const most = values.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3);
      const off = values.reduce((max, value, i) => Math.max(max, Math.abs(value - (found[i] ?? Number.NaN))), 0);
      expect(off / most, name).toBeLessThan(2e-4);
    }
    await expect(epoch({ ...job, engine: limited }, [noise(5, 1, input)])).rejects.toThrow(
      /spec\.train\.batch: 5 .* at most 4 images/s,
    );
  });

  it("is refused without a batch, and where the loss is no number any more", async () => {
    await expect(epoch({}, [])).rejects.toThrow(/spec\.train\.batch|train split/);
    const state = new Map(network.initialState(1));
    const stem = state.get("stem.conv");
    if (stem === undefined) throw new Error("it has a stem");
    state.set("classifier.bias", { shape: [3], values: Float32Array.of(Number.NaN, 0, 0) });
    await expect(epoch({ state })).rejects.toThrow(/spec\.train\.rate.*stays finite/);
  });
});

describe("the accuracy of a derived network", () => {
  it("does not depend on how the images are batched: its norms use running statistics", async () => {
    const { state } = await epoch();
    const all = noise(12, 5);
    const size = all.pixels.length / 12;
    const part = (from: number, to: number): Batch => ({
      count: to - from,
      pixels: all.pixels.subarray(from * size, to * size),
      labels: Array.from(all.labels).slice(from, to),
    });
    const [whole, parts] = [await evaluate(state, [all]), await evaluate(state, [part(0, 1), part(1, 5), part(5, 12)])];
    expect(parts.total).toBe(12);
    expect(parts.correct).toBe(whole.correct);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
  });

  it("uploads the weights once for all batches, and leaves none on the engine", async () => {
    const { state } = await epoch();
    const before = memory().numTensors;
    const held: number[] = [];
    const onLogits = (): void => void held.push(memory().numTensors - before);
    const batches = batchesOf(noise(4, 1), noise(4, 2), noise(4, 3));
    await evaluateModel(engine, { network, input: INPUT, normalization: NORMALIZATION, state, batches, onLogits });
    const { length } = network.parameters;
    expect(held).toEqual([length, length, length]);
    expect(memory().numTensors).toBe(before);
  });

  it("is refused without running statistics", async () => {
    const before = memory().numTensors;
    await expect(evaluate(network.initialState(1), [noise(4, 1)])).rejects.toThrow(/statistics/);
    expect(memory().numTensors).toBe(before);
  });
});
