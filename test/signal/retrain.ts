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
  trainSample,
} from "@bnas/network";
import { silentTools } from "@bnas/process";
import { type DatasetServiceClient, DatasetServiceDefinition, Split } from "@bnas/proto";
import { connect, type DataDescription, describeData, trainingBatches } from "@bnas/rpc";
import { countJobs, drawPass, fullSpace, type Network, type Spec, type Tensors } from "@bnas/search";
import { DirectoryStore, loadCheckpoint, saveCheckpoint } from "@bnas/store";
import { type Data, readData, streamOf } from "./data.js";
import type { RetrainOptions } from "./options.js";
import { appendResult, type Result, readResults, type Schedule } from "./results.js";

/** Orders of the images: numbers of epochs that no search comes to. */
const FIRST_ORDER = 1_000_000;

type Bench = {
  readonly engine: Engine;
  readonly spec: Spec;
  readonly described: DataDescription;
  readonly data: Data;
};

/**
 * Train each network in each order from the checkpoint of one warm-up, as both protocols do, and evaluate it on reduction and on test
 * images. What is in the folder already is not done again.
 */
export const retrain = async (options: RetrainOptions, say: (line: string) => void): Promise<void> => {
  const { spec, out, networks, orders } = options;
  await mkdir(out, { recursive: true });
  requireSameSpec(options);
  const service = await datasetService.start(datasetService.config.parse({ listen: "127.0.0.1:0" }), silentTools());
  const { client, close } = connect(DatasetServiceDefinition, service.address);
  try {
    const engine = await openEngine("wasm");
    const described = await describeData(client, spec);
    const state = await warmedUp(engine, client, described, options);
    const data = await readData(client, spec, described, options.fresh);
    const bench: Bench = { engine, spec, described, data };
    // Of the first pass when all operations are sampled: no two of these networks share an operation on any edge.
    const drawn = drawPass(spec.seed, 1, 1, fullSpace()).slice(0, networks);
    const done = new Set(readResults(out).map(nameOf));
    for (const [network, cells] of drawn.entries()) {
      const untrained = { schedule: "untrained", network, order: 0 } as const;
      if (!done.has(nameOf(untrained)))
        await appendResult(out, { ...untrained, ...(await evaluated(bench, cells, state, 0)) });
    }
    for (let order = 0; order < orders; order++) {
      const batches = await data.order(FIRST_ORDER + order);
      for (const [network, cells] of drawn.entries()) {
        for (const schedule of ["constant", "annealed"] as const) {
          const id = { schedule, network, order };
          if (done.has(nameOf(id))) continue;
          const result = { ...id, ...(await trained(bench, cells, state, batches, schedule)) };
          await appendResult(out, result);
          const [correct, total] = result.fresh;
          say(
            `${schedule}, network ${network}, order ${order}: ${((100 * correct) / total).toFixed(1)} % of test images`,
          );
        }
      }
    }
  } finally {
    close();
    await service.drain();
  }
};

const nameOf = ({ schedule, network, order }: Pick<Result, "schedule" | "network" | "order">): string =>
  `${schedule} ${network} ${order}`;

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
    const { changed } = await trainEpoch(engine, {
      ...{ spec, input, normalization, state, candidates: fullSpace() },
      rate: cosineRate(spec.weights, epoch, countJobs(spec)),
      trainStrengths: epoch + 1 > strengthsFrom,
      weightBatches: batches(Split.SPLIT_WEIGHT),
      strengthBatches: batches(Split.SPLIT_STRENGTH),
    });
    state = new Map([...state, ...changed]);
  }
  writeFileSync(file, `${await saveCheckpoint(store, null, state)}\n`);
  return state;
};

/** One epoch of a network (line 7), at the rate of the first sample of a search. */
const trained = async (
  bench: Bench,
  network: Network,
  state: Tensors,
  batches: readonly Batch[],
  schedule: Exclude<Schedule, "untrained">,
) => {
  const { engine, spec, described } = bench;
  const { input, normalization } = described;
  const begun = performance.now();
  const { changed } = await trainSample(engine, {
    ...{ spec, input, normalization, network, state },
    rate: cosineRate(spec.weights, spec.warmup.epochs, countJobs(spec)),
    batches: streamOf(batches),
    ...(schedule === "annealed" ? { annealOver: batches.length } : {}),
  });
  return evaluated(bench, network, new Map([...state, ...changed]), (performance.now() - begun) / 1000);
};

const evaluated = async (
  { engine, spec, described, data }: Bench,
  network: Network,
  state: Tensors,
  training: number,
): Promise<Pick<Result, "reduction" | "fresh" | "seconds">> => {
  const { input, normalization } = described;
  const answers = async (batches: readonly Batch[]): Promise<readonly [number, number]> => {
    const job = { spec, input, normalization, network, state, batches: streamOf(batches) };
    const { correct, total } = await evaluateSample(engine, job);
    return [correct, total];
  };
  const begun = performance.now();
  const reduction: (readonly [number, number])[] = [];
  for (const chunk of data.reduction) reduction.push(await answers(chunk));
  const between = performance.now();
  const fresh = await answers(data.fresh);
  return { reduction, fresh, seconds: [training, (between - begun) / 1000, (performance.now() - between) / 1000] };
};
