import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { dataset as datasetService } from "@bnas/dataset";
import { invalidInput } from "@bnas/errors";
import {
  type Batch,
  cosineRate,
  type Engine,
  evaluateSample,
  initialState,
  openEngine,
  trainEpoch,
  trainPaths,
} from "@bnas/network";
import { silentTools } from "@bnas/process";
import { type DatasetServiceClient, DatasetServiceDefinition, Split } from "@bnas/proto";
import { connect, type DataDescription, describeData, trainingBatches } from "@bnas/rpc";
import { countJobs, drawPaths, fullSpace, type Network, type Spec, spaceOf, type Tensors } from "@bnas/search";
import { DirectoryStore, loadCheckpoint, saveCheckpoint } from "@bnas/store";
import { type Data, readData, streamOf } from "./data.js";
import type { RetrainOptions } from "./options.js";

/** What networks are trained and evaluated with. */
export type Bench = {
  readonly engine: Engine;
  readonly spec: Spec;
  readonly described: DataDescription;
  readonly data: Data;
  /** The supernet after its warm-up. */
  readonly state: Tensors;
};

/** Open data and engine, and warm up a supernet or read the one of the folder, for as long as `use` takes. */
export const withBench = async (options: RetrainOptions, use: (bench: Bench) => Promise<void>): Promise<void> => {
  await mkdir(options.out, { recursive: true });
  requireSameSpec(options);
  const service = await datasetService.start(datasetService.config.parse({ listen: "127.0.0.1:0" }), silentTools());
  const { client, close } = connect(DatasetServiceDefinition, service.address);
  try {
    const { spec } = options;
    const engine = await openEngine("wasm");
    const described = await describeData(client, spec);
    const state = await warmedUp(engine, client, described, options);
    await use({ engine, spec, described, data: await readData(client, spec, described, options.fresh), state });
  } finally {
    close();
    await service.drain();
  }
};

/** A folder keeps results of one spec. @throws InvalidInput when it has another's */
const requireSameSpec = ({ spec, out }: RetrainOptions): void => {
  const file = join(out, "spec.json");
  const text = `${JSON.stringify(spec, null, 2)}\n`;
  if (!existsSync(file)) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    throw invalidInput(
      "--out",
      out,
      "a folder of results of the same spec",
      "Take another folder, or the spec in its spec.json.",
    );
  }
};

/** The supernet after its warm-up (Algorithm 1, line 1), from the folder where it is there. */
const warmedUp = async (
  engine: Engine,
  client: DatasetServiceClient,
  { input, normalization }: DataDescription,
  { spec, out }: RetrainOptions,
): Promise<Tensors> => {
  const store = await DirectoryStore.open(join(out, "blobs"));
  const file = join(out, "checkpoint");
  if (existsSync(file)) return loadCheckpoint(store, readFileSync(file, "utf8").trim());
  const { epochs, batch, strengthsFrom } = spec.warmup;
  let state: Tensors = initialState(spec, input);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const batches = (split: Split) => trainingBatches(client, spec, { split, epoch, batch });
    const candidates = fullSpace(spaceOf(spec));
    const rate = cosineRate(spec.weights, epoch, countJobs(spec));
    const job = { spec, input, normalization, state, candidates, rate, weightBatches: batches(Split.SPLIT_WEIGHT) };
    const { changed } = await (spec.supernet === "paths"
      ? trainPaths(engine, { ...job, networksOf: (step) => drawPaths(spec.seed, epoch, step, candidates) })
      : trainEpoch(engine, {
          ...job,
          trainStrengths: epoch + 1 > strengthsFrom,
          strengthBatches: batches(Split.SPLIT_STRENGTH),
        }));
    state = new Map([...state, ...changed]);
  }
  writeFileSync(file, `${await saveCheckpoint(store, null, state)}\n`);
  return state;
};

/** Right answers of a network on batches, and how many images they have. */
export const answersOf = async (
  { engine, spec, described: { input, normalization } }: Bench,
  network: Network,
  state: Tensors,
  batches: readonly Batch[],
): Promise<readonly [correct: number, total: number]> => {
  const job = { spec, input, normalization, network, state, batches: streamOf(batches) };
  const { correct, total } = await evaluateSample(engine, job);
  return [correct, total];
};
