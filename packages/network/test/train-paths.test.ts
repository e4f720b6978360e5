import { mapEdges, type Network, type Tensors } from "@bnas/search";
import { memory } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { initialState, tensorNames } from "../src/cost/parameters.js";
import { type Engine, openEngine } from "../src/engine/engine.js";
import { type PathsJob, trainPaths } from "../src/train/train-paths.js";
import { trainSample } from "../src/train/train-sample.js";
import { batchesOf, everywhere, INPUT, NORMALIZATION, noise, specWith } from "./builders.js";

const spec = specWith();
const candidates = everywhere("max_pool_3x3", "skip_connect", "dil_conv_3x3");
const shared = { spec, input: INPUT, normalization: NORMALIZATION, rate: 0.05 };
const start = initialState(spec, INPUT);
/** Three networks that hold each candidate once. */
const networks: readonly Network[] = [0, 1, 2].map((number) =>
  mapEdges(candidates, (left) => left[number] ?? "skip_connect"),
);

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
});

const job = (over: Partial<PathsJob> = {}): PathsJob => ({
  ...{ ...shared, candidates, state: start, networksOf: () => networks, weightBatches: batchesOf(noise(4, 1)) },
  ...over,
});

const isWeight = (name: string): boolean => !/^(alpha|beta|adam)/.test(name);

describe("an epoch of the supernet by paths", () => {
  it("gives each network a step of its own on every batch, the next from the weights of the last", async () => {
    const batches = [noise(4, 1), noise(2, 3)];
    const { changed, loss, images } = await trainPaths(engine, job({ weightBatches: batchesOf(...batches) }));
    let state: Tensors = start;
    let lossSum = 0;
    for (const batch of batches) {
      for (const network of networks) {
        const step = await trainSample(engine, { ...shared, network, state, batches: batchesOf(batch) });
        state = new Map([...state, ...step.changed]);
        lossSum += (step.loss * batch.count) / networks.length;
      }
    }
    for (const [name, { values }] of changed) expect([name, values]).toEqual([name, state.get(name)?.values]);
    expect(loss).toBeCloseTo(lossSum / 6, 12);
    expect(images).toBe(6);
  });

  it("changes every weight of the candidates with its momentum, and nothing of the strengths", async () => {
    const { changed, alpha, beta } = await trainPaths(engine, job());
    expect([...changed.keys()].sort()).toEqual(
      tensorNames(spec, INPUT, candidates, { strengths: true }).filter(isWeight).sort(),
    );
    expect(beta.normal).toEqual([...(start.get("beta.normal")?.values ?? [])]);
    expect(alpha.normal?.[0]?.skip_connect).toBe(start.get("alpha.normal")?.values[3]);
  });

  it("asks for the networks of each batch by its number", async () => {
    const asked: number[] = [];
    const networksOf = (batch: number) => {
      asked.push(batch);
      return networks.slice(0, 1);
    };
    await trainPaths(engine, job({ networksOf, weightBatches: batchesOf(noise(2, 1), noise(2, 2), noise(2, 3)) }));
    expect(asked).toEqual([0, 1, 2]);
  });

  it("changes nothing of the state it starts from, and leaves no tensor behind", async () => {
    const before = new Map([...start].map(([name, { values }]) => [name, Float32Array.from(values)]));
    await trainPaths(engine, job());
    const { numTensors } = memory();
    await trainPaths(engine, job());
    expect(memory().numTensors).toBe(numTensors);
    for (const [name, { values }] of start) expect(values).toEqual(before.get(name));
  });

  it("is refused where the split has no batch, and says which", async () => {
    await expect(trainPaths(engine, job({ weightBatches: batchesOf() }))).rejects.toThrow(/batch: 0 .* weight split/s);
  });

  it("ends between two networks when it is no longer wanted", async () => {
    const stop = new AbortController();
    const networksOf = () => {
      stop.abort(new Error("drained"));
      return networks;
    };
    await expect(trainPaths(engine, job({ networksOf, signal: stop.signal }))).rejects.toThrow("drained");
  });
});
