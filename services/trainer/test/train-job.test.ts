import { type Engine, initialState, openEngine } from "@bnas/network";
import type { Batch, DatasetServiceClient, StreamBatchesRequest } from "@bnas/proto";
import { darts, type FactOf, parseSpec, perEdge, type Spec, stream } from "@bnas/search";
import { loadCheckpoint, MemoryStore, saveCheckpoint } from "@bnas/store";
import { beforeAll, describe, expect, it } from "vitest";
import { trainEpochJob, trainSampleJob } from "../src/train-job.js";

const INPUT = { height: 8, width: 8, channels: 3, classes: 2 };
const WEIGHT_IMAGES = 8;

/** A dataset whose images follow from the epoch that is asked for. It remembers what it was asked. */
const fakeDataset = () => {
  const asked: StreamBatchesRequest[] = [];
  const client = {
    describeDataset: async () => ({
      ...{ height: 8, width: 8, channels: 3, classes: ["a", "b"], mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] },
      ...{ weightImages: WEIGHT_IMAGES, strengthImages: 8, reductionImages: 4, trainImages: 16, testImages: 4 },
      digest: "",
    }),
    async *streamBatches(request: StreamBatchesRequest): AsyncGenerator<Batch> {
      asked.push(request);
      const { below } = stream(request.epoch, "images");
      for (let index = 0; index < WEIGHT_IMAGES / request.batch; index++) {
        const pixels = Uint8Array.from({ length: request.batch * 8 * 8 * 3 }, () => below(256));
        yield { index, count: request.batch, pixels: Buffer.from(pixels), labels: [0, 1] };
      }
    },
  };
  // Only these two methods are called; the messages that they take may leave fields out, which ours do not.
  return { asked, client: client as unknown as DatasetServiceClient };
};

const specOf = (given: object): Spec =>
  parseSpec({ preset: "smoke", network: { cells: 2, channels: 4 }, reduction: { batch: 2 }, ...given });

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
});

/** Train samples of one pass, all from the initial weights: what was asked of the dataset, and a weight that all share. */
const trainPass = async (spec: Spec, samples: readonly number[]) => {
  const store = new MemoryStore();
  const { asked, client } = fakeDataset();
  const from = await saveCheckpoint(store, null, initialState(spec, INPUT));
  const shared = [];
  for (const sample of samples) {
    const fact: FactOf<"sample.requested"> = {
      ...{ kind: "sample.requested", round: 1, pass: 1, sample, job: 10 + sample, jobs: 26, from },
      network: perEdge(darts, () => "skip_connect"),
    };
    const tools = { engine, store, dataset: client };
    const options = { signal: new AbortController().signal, step: () => {}, clock: () => 0 };
    const { checkpoint } = await trainSampleJob({ spec, fact }, tools, options);
    shared.push((await loadCheckpoint(store, checkpoint, (name) => name === "classifier.bias")).get("classifier.bias"));
  }
  return { epochs: asked.map(({ epoch }) => epoch), shared };
};

describe("the training of a sample", () => {
  it("differs by the fair protocol from another of its pass in its network alone", async () => {
    const { epochs, shared } = await trainPass(specOf({ protocol: "fair" }), [1, 3]);
    expect(epochs).toEqual([11, 11]);
    // Here the networks are the same, and so is what came of them.
    expect(shared[1]).toEqual(shared[0]);
  });

  it("has by the paper's protocol the images and the rate of its own job", async () => {
    const { epochs, shared } = await trainPass(specOf({ protocol: "paper" }), [1, 3]);
    expect(epochs).toEqual([11, 13]);
    expect(shared[1]).not.toEqual(shared[0]);
  });

  it("ends at a smaller rate by the fair protocol: the first sample of a pass has the same images and another result", async () => {
    const [fair, paper] = [await trainPass(specOf({ protocol: "fair" }), [1]), await trainPass(specOf({}), [1])];
    expect(fair.epochs).toEqual(paper.epochs);
    expect(fair.shared).not.toEqual(paper.shared);
  });
});

/** Train the first epoch of a warm-up. */
const trainEpochOf = async (spec: Spec) => {
  const store = new MemoryStore();
  const fact: FactOf<"epoch.requested"> = {
    ...{ kind: "epoch.requested", stage: "warmup", epoch: 1, round: 1, job: 0, jobs: 26, from: null },
    candidates: perEdge(darts, () => ["max_pool_3x3", "skip_connect"]),
  };
  const tools = { engine, store, dataset: fakeDataset().client };
  const trained = await trainEpochJob({ spec, fact }, tools, {
    signal: new AbortController().signal,
    step: () => {},
    clock: () => 0,
  });
  return { trained, state: await loadCheckpoint(store, trained.checkpoint) };
};

describe("the training of an epoch of the supernet by paths", () => {
  const paths = specOf({ supernet: "paths", strategy: "posterior", warmup: { batch: 2 } });

  it("leaves the strengths as they were drawn, and says so in its fact", async () => {
    const { trained, state } = await trainEpochOf(paths);
    const start = initialState(paths, INPUT);
    expect(state.get("alpha.normal")?.values).toEqual(start.get("alpha.normal")?.values);
    expect(trained.alpha.normal?.[0]?.max_pool_3x3).toBe(start.get("alpha.normal")?.values[1]);
  });

  it("is the same when it is done again, and another than of the mixture", async () => {
    const once = await trainEpochOf(paths);
    expect((await trainEpochOf(paths)).trained).toEqual(once.trained);
    expect((await trainEpochOf({ ...paths, supernet: "mixture" })).trained.checkpoint).not.toBe(
      once.trained.checkpoint,
    );
  });
});
