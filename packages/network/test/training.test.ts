import { mapEdges, type Network, type Tensors } from "@bnas/search";
import { memory } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { initialState, tensorNames } from "../src/cost/parameters.js";
import { type Engine, openEngine } from "../src/engine/engine.js";
import { evaluateSample } from "../src/train/evaluate.js";
import { type EpochJob, trainEpoch } from "../src/train/train-epoch.js";
import { type SampleJob, trainSample } from "../src/train/train-sample.js";
import { openTraining } from "../src/train/training.js";
import { batchesOf, everywhere, INPUT, NORMALIZATION, networkOf, noise, problemWith, specWith } from "./builders.js";

// Few candidates keep the steps short; their number changes nothing of what is said here.
const spec = specWith();
const candidates = everywhere("max_pool_3x3", "skip_connect", "dil_conv_3x3");
const shared = { spec, input: INPUT, normalization: NORMALIZATION, rate: 0.05 };
const start = initialState(spec, INPUT);
const network = networkOf(1, candidates);

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
});

const epoch = (over: Partial<EpochJob> = {}): EpochJob => ({
  ...shared,
  candidates,
  state: start,
  trainStrengths: true,
  weightBatches: batchesOf(noise(4, 1)),
  strengthBatches: batchesOf(noise(4, 2)),
  ...over,
});

const sample = (over: Partial<SampleJob> = {}): SampleJob => ({
  ...shared,
  network,
  state: start,
  batches: batchesOf(noise(4, 1)),
  ...over,
});

/** As a checkpoint keeps it: bytes by name. */
const reloaded = (state: Tensors): Tensors =>
  new Map(
    [...state].map(([name, { shape, values }]) => {
      const bytes = Buffer.from(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
      return [name, { shape: [...shape], values: new Float32Array(new Uint8Array(bytes).buffer) }];
    }),
  );

const copyOf = (state: Tensors): Tensors => reloaded(state);

describe("an epoch of the supernet", () => {
  it("continues from a checkpoint as if it had never stopped, momentum and Adam's state included", async () => {
    const problem = problemWith(spec, candidates);
    await engine.activate();
    const whole = openTraining(engine, problem, start);
    const first = openTraining(engine, problem, start);
    for (const training of [whole, first]) {
      training.strengthStep(noise(4, 2));
      training.weightStep(noise(4, 1), 0.05);
    }
    const second = openTraining(engine, problem, reloaded(new Map([...start, ...first.changed()])));
    for (const training of [whole, second]) {
      training.strengthStep(noise(4, 4));
      training.weightStep(noise(4, 3), 0.05);
    }
    expect(second.changed()).toEqual(whole.changed());
    expect(second.changed()).not.toEqual(first.changed());
  });

  it("gives the same losses and tensors, bit for bit, when it is done again", async () => {
    const once = await trainEpoch(engine, epoch());
    expect(await trainEpoch(engine, epoch())).toEqual(once);
  });

  it("changes nothing of the state it starts from", async () => {
    const before = copyOf(start);
    await trainEpoch(engine, epoch());
    expect(start).toEqual(before);
  });

  it("changes every tensor that it reads", async () => {
    const { changed } = await trainEpoch(engine, epoch());
    expect([...changed.keys()].sort()).toEqual(tensorNames(spec, INPUT, candidates, { strengths: true }).sort());
    const same = [...changed].filter(([name, { values }]) => String(start.get(name)?.values) === String(values));
    expect(same.map(([name]) => name)).toEqual([]);
  });

  it("leaves alpha of abandoned operations as it is", async () => {
    const { changed, alpha } = await trainEpoch(engine, epoch());
    const before = start.get("alpha.normal")?.values ?? [];
    const after = changed.get("alpha.normal")?.values ?? [];
    for (let i = 0; i < 14 * 8; i++) {
      if ([1, 3, 6].includes(i % 8)) expect(after[i]).not.toBe(before[i]);
      else expect(after[i]).toBe(before[i]);
    }
    expect(alpha.normal?.[2]).toEqual({ max_pool_3x3: after[17], skip_connect: after[19], dil_conv_3x3: after[22] });
  });

  it("leaves alpha and beta as they are until they are to be trained", async () => {
    const { changed, beta } = await trainEpoch(engine, epoch({ trainStrengths: false }));
    expect([...changed.keys()].filter((name) => /^(alpha|beta|adam)/.test(name))).toEqual([]);
    expect(beta.normal).toEqual([...(start.get("beta.normal")?.values ?? [])]);
  });

  it("tells its progress, and the mean loss over images of the weight batches", async () => {
    const seen: { steps: number; images: number; loss: number }[] = [];
    const { loss, images } = await trainEpoch(
      engine,
      epoch({ weightBatches: batchesOf(noise(4, 1), noise(2, 5)), onStep: (progress) => seen.push(progress) }),
    );
    expect(seen.map((progress) => [progress.steps, progress.images])).toEqual([
      [1, 4],
      [2, 6],
    ]);
    expect(images).toBe(6);
    expect(loss).toBeCloseTo((4 * (seen[0]?.loss ?? 0) + 2 * (seen[1]?.loss ?? 0)) / 6, 12);
  });

  it("leaves no tensor behind", async () => {
    await trainEpoch(engine, epoch());
    const { numTensors } = memory();
    await trainEpoch(engine, epoch({ weightBatches: batchesOf(noise(4, 1), noise(4, 2)) }));
    expect(memory().numTensors).toBe(numTensors);
  });

  it("is refused where a split has no batch, and says which", async () => {
    await expect(trainEpoch(engine, epoch({ weightBatches: batchesOf() }))).rejects.toThrow(
      /batch: 0 .* weight split/s,
    );
    await expect(trainEpoch(engine, epoch({ strengthBatches: batchesOf() }))).rejects.toThrow(/strength split/);
  });

  it("is refused when the loss is no number, and says what to lower", async () => {
    const ruined = new Map([
      ...start,
      ["stem.conv", { shape: [3, 3, 3, 12], values: new Float32Array(324).fill(Number.NaN) }],
    ]);
    const training = trainEpoch(engine, epoch({ state: ruined, trainStrengths: false }));
    await expect(training).rejects.toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    await expect(training).rejects.toThrow(/spec\.weights\.rate.*diverged/s);
  });

  it("is refused when the state lacks a tensor, and names it", async () => {
    const lacking = new Map([...start].filter(([name]) => name !== "cell.1.preprocess.0.pointwise.1"));
    await expect(trainEpoch(engine, epoch({ state: lacking }))).rejects.toThrow(
      /state\.cell\.1\.preprocess\.0\.pointwise\.1/,
    );
  });

  it("ends between two steps when it is no longer wanted, and closes what it reads", async () => {
    const stop = new AbortController();
    const closed: string[] = [];
    async function* endless(name: string) {
      try {
        for (;;) yield noise(2, 1);
      } finally {
        closed.push(name);
      }
    }
    const training = trainEpoch(
      engine,
      epoch({
        weightBatches: endless("weight"),
        strengthBatches: endless("strength"),
        signal: stop.signal,
        onStep: ({ steps }) => steps === 2 && stop.abort(new Error("drained")),
      }),
    );
    await expect(training).rejects.toThrow("drained");
    expect(closed.sort()).toEqual(["strength", "weight"]);
  });
});

describe("a sampled network", () => {
  it("is the supernet with one candidate an edge", async () => {
    const single = mapEdges(network, (operation) => [operation]);
    const asSample = await trainSample(engine, sample());
    const asSupernet = await trainEpoch(engine, epoch({ candidates: single, trainStrengths: false }));
    expect(asSample.changed).toEqual(asSupernet.changed);
    expect(asSample.loss).toBe(asSupernet.loss);
  });

  it("is the supernet in which all others have no share", async () => {
    const values = Float32Array.from({ length: 14 * 8 }, () => -1e4);
    const sure = new Map(start);
    for (const kind of ["normal", "reduce"] as const) {
      const alpha = values.slice();
      network[kind]?.forEach((operation, edge) => {
        alpha[edge * 8 + { max_pool_3x3: 1, skip_connect: 3, dil_conv_3x3: 6 }[operation as "skip_connect"]] = 1e4;
      });
      sure.set(`alpha.${kind}`, { shape: [14, 8], values: alpha });
    }
    const asSample = await trainSample(engine, sample({ state: sure }));
    const asSupernet = await trainEpoch(engine, epoch({ state: sure, trainStrengths: false }));
    expect(asSample.loss).toBeCloseTo(asSupernet.loss, 4);
  });

  it("changes the weights of its operations and what all share, with their momentum, and nothing else", async () => {
    const { changed, images, correct } = await trainSample(engine, sample());
    const own = tensorNames(spec, INPUT, network, { strengths: false });
    expect([...changed.keys()].sort()).toEqual(own.sort());
    expect(own).toContain("momentum/classifier.bias");
    const operations = own.flatMap(
      (name) => /^cell\.(\d)\.edge\.(\d)-(\d)\.(\w+)/.exec(name)?.slice(2, 5).join() ?? [],
    );
    const drawn = new Set(network.reduce?.map((operation, edge) => [...edgeName(edge), operation].join()));
    expect(operations.filter((name) => !drawn.has(name))).toEqual([]);
    expect(images).toBe(4);
    expect(correct).toBeLessThanOrEqual(4);
  });

  it("is evaluated the same every time, without any state of an optimizer", async () => {
    const names = new Set(tensorNames(spec, INPUT, network, { strengths: true, optimizer: false }));
    const state = new Map([...start].filter(([name]) => names.has(name)));
    const job = () => ({ ...shared, network, state, batches: batchesOf(noise(4, 1), noise(3, 2)) });
    const evaluated = await evaluateSample(engine, job());
    expect(await evaluateSample(engine, job())).toEqual(evaluated);
    expect(evaluated.total).toBe(7);
    expect(evaluated.loss).toBeGreaterThan(0);
  });

  it("is evaluated by the loss that its training starts from", async () => {
    const evaluated = await evaluateSample(engine, {
      ...shared,
      network,
      state: start,
      batches: batchesOf(noise(4, 1)),
    });
    const trained = await trainSample(engine, sample());
    expect(evaluated).toEqual({ correct: trained.correct, total: 4, loss: trained.loss });
  });

  it("is refused where no image is to be evaluated", async () => {
    const evaluating = evaluateSample(engine, { ...shared, network, state: start, batches: batchesOf() });
    await expect(evaluating).rejects.toThrow(/judged split/);
  });

  it("takes every step at the rate, or with the steps of its epoch at a rate that falls within it", async () => {
    const batches = [1, 2, 3, 4, 5].map((seed) => noise(4, seed));
    const byHand = (rates: readonly number[]) => {
      const candidates = mapEdges(network, (one) => [one]);
      const training = openTraining(engine, problemWith(spec, candidates), start);
      batches.forEach((batch, step) => {
        training.weightStep(batch, rates[step] ?? 0);
      });
      return training.changed();
    };
    const rate = 0.05;
    const job = { rate, batches: batchesOf(...batches) };
    const annealed = await trainSample(engine, sample({ ...job, annealOver: 5 }));
    expect(annealed.changed).toEqual(byHand([rate, rate, rate, rate * 0.3, rate * 0.3]));
    const constant = await trainSample(engine, sample({ ...job, batches: batchesOf(...batches) }));
    expect(constant.changed).toEqual(byHand([rate, rate, rate, rate, rate]));
  });

  it("trains where every edge holds none, by what bypasses them", async () => {
    const nothing: Network = mapEdges(network, () => "none");
    const { changed } = await trainSample(engine, sample({ network: nothing }));
    expect(changed.get("stem.conv")?.values).not.toEqual(start.get("stem.conv")?.values);
  });
});

const edgeName = (edge: number): [number, number] => {
  for (let to = 2, first = 0; to < 6; first += to, to++) if (edge < first + to) return [edge - first, to];
  throw new RangeError(`edge ${edge}`);
};
