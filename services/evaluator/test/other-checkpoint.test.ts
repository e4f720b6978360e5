import { type Engine, initialState, modelNetwork, openEngine } from "@bnas/network";
import { type Batch, type DatasetServiceClient, Split } from "@bnas/proto";
import { darts, PUBLISHED, parseSpec, perEdge, type Spec, spaceOf } from "@bnas/search";
import { MemoryStore, saveCheckpoint } from "@bnas/store";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateModelTask } from "../src/evaluate-model.js";
import { evaluateTask } from "../src/evaluate-sample.js";

const INPUT = { height: 8, width: 8, channels: 3, classes: 2 };

/** A dataset of four images. */
const dataset = {
  describeDataset: async () => ({
    ...{ height: 8, width: 8, channels: 3, classes: ["a", "b"], mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] },
    ...{ weightImages: 4, strengthImages: 4, reductionImages: 4, trainImages: 4, testImages: 4, digest: "" },
  }),
  async *streamBatches(): AsyncGenerator<Batch> {
    yield { index: 0, count: 4, pixels: Buffer.alloc(4 * 8 * 8 * 3, 77), labels: [0, 1, 0, 1] };
  },
} as unknown as DatasetServiceClient; // Only these two methods are called.

const specOf = (given: object = {}): Spec =>
  parseSpec({
    ...{ preset: "smoke", strategy: "given", genotype: PUBLISHED, network: { cells: 2, channels: 4 } },
    ...{ train: { seeds: 1, cells: 3, channels: 4, batch: 4 }, reduction: { batch: 4 } },
    ...given,
  });

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("wasm");
});

const signal = new AbortController().signal;

/** A sample of `asked`, with the checkpoint of a search by `trained`. */
const sample = async (asked: Spec, trained: Spec) => {
  const store = new MemoryStore();
  const checkpoint = await saveCheckpoint(store, null, initialState(trained, INPUT));
  const network = perEdge(darts, () => "dil_conv_3x3");
  const task = { spec: asked, network, checkpoint, split: Split.SPLIT_REDUCTION };
  return evaluateTask(task, { engine, store, dataset }, signal);
};

/** The derived network of `asked`, with a checkpoint that was trained by `trained`. */
const model = async (asked: Spec, trained: Spec) => {
  const store = new MemoryStore();
  const options = { genotype: PUBLISHED, binarize: trained.binarize, space: spaceOf(trained) };
  const network = modelNetwork(trained, options, INPUT);
  const statistics = network.parameters.flatMap(({ name, shape }) => {
    const norm = /^(.*)\.scale$/.exec(name)?.[1];
    const ones = { shape, values: new Float32Array(shape[0] ?? 1).fill(1) };
    return norm === undefined ? [] : ([`${norm}.mean`, `${norm}.variance`] as const).map((one) => [one, ones] as const);
  });
  const checkpoint = await saveCheckpoint(store, null, new Map([...network.initialState(1), ...statistics]));
  const task = { spec: asked, genotype: PUBLISHED, binarize: asked.binarize, checkpoint, split: Split.SPLIT_TEST };
  return evaluateModelTask(task, { engine, store, dataset }, signal);
};

const pcnn = specOf({ binarizer: "pcnn" });

describe.each([
  ["a sample", sample],
  ["a derived network", model],
] as const)("the evaluation of %s", (_, evaluated) => {
  it("reads the checkpoint of its own spec, by either binarizer", async () => {
    await evaluated(specOf(), specOf());
    await evaluated(pcnn, pcnn);
  });

  it("refuses a checkpoint of another binarizer, by the tensor that is there or is missing", async () => {
    await expect(evaluated(specOf(), pcnn)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      field: expect.stringMatching(/^state\..*\.projection$/),
      allowed: "none: the network has binarizer xnor, and this checkpoint is of pcnn",
    });
    await expect(evaluated(pcnn, specOf())).rejects.toMatchObject({
      code: "INVALID_INPUT",
      field: expect.stringMatching(/^state\..*\.projection$/),
      hint: "Take a checkpoint that this search wrote, with its own spec.",
    });
  });

  it("refuses a checkpoint of another spec, by the tensor that has another shape", async () => {
    const wider = specOf({ network: { cells: 2, channels: 8 }, train: { seeds: 1, cells: 3, channels: 8, batch: 4 } });
    await expect(evaluated(specOf(), wider)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      field: "state.stem.conv",
      hint: "Take a checkpoint that this search wrote, with its own spec.",
    });
  });
});
