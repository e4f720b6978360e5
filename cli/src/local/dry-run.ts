import { dataset } from "@bnas/dataset";
import { EXIT, type ExitCode, isInvalidInput } from "@bnas/errors";
import {
  type Batch,
  type Engine,
  initialState,
  openEngine,
  sampleCost,
  supernetCost,
  trainEpoch,
  trainPaths,
  trainSample,
} from "@bnas/network";
import type { ServiceTools } from "@bnas/process";
import { DatasetServiceDefinition } from "@bnas/proto";
import { duration } from "@bnas/report";
import { connect, type DataDescription, describeData } from "@bnas/rpc";
import { drawPaths, fullSpace, planJobs, planModels, type Spec, spaceOf } from "@bnas/search";
import type { EngineFlags } from "../reach/setting-flags.js";
import type { Terminal } from "../terminal/terminal.js";
import { modelCost, modelStep, requireStepMemory, someSample, stepBytes, stepsOf } from "./step-memory.js";

/** `--dry-run`: the full spec, the networks that would be trained, and an estimate from one step of each kind, run here. */
export const dryRun = async (
  spec: Spec,
  flags: EngineFlags & { readonly json: boolean; readonly tools: ServiceTools },
  terminal: Terminal,
): Promise<ExitCode> => {
  const data = await describe(spec, flags.tools);
  const engine = await openEngine(flags.engine, {
    folder: flags.engineDir,
    fallback: flags.gpuFallback === "cpu",
    environment: flags.tools.env,
  });
  const plan = await estimate(engine, spec, data);
  if (flags.json) {
    terminal.out(JSON.stringify({ type: "dry-run", spec, plan }));
    return EXIT.done;
  }
  terminal.out(JSON.stringify(spec, null, 2));
  terminal.out("");
  terminal.out(
    `training jobs    ${plan.supernetEpochs} epochs of the supernet, ${plan.samples} sampled networks of one epoch`,
  );
  terminal.out(`images           ${plan.images} to train on in all, ${plan.evaluated} to evaluate`);
  terminal.out(`supernet         ${plan.supernetWeights} weights; a sampled network about ${plan.sampleWeights}`);
  if (plan.models !== null) terminal.out(`models           ${plan.models}`);
  terminal.out(`memory           about ${mebibytes(plan.memoryBytes)} for the largest step (${plan.largest})`);
  terminal.out(
    plan.seconds === null
      ? `time             ${plan.note}`
      : `time             about ${duration(plan.seconds)} on this machine, one trainer (${plan.note})`,
  );
  return EXIT.done;
};

type Plan = {
  readonly supernetEpochs: number;
  readonly samples: number;
  readonly images: number;
  readonly evaluated: number;
  readonly supernetWeights: number;
  readonly sampleWeights: number;
  /** Networks that are trained from the genotype; null: none. */
  readonly models: string | null;
  readonly memoryBytes: number;
  readonly largest: string;
  /** Null: a step does not fit in this engine. */
  readonly seconds: number | null;
  readonly note: string;
};

const describe = async (spec: Spec, tools: ServiceTools): Promise<DataDescription> => {
  const service = await dataset.start(dataset.config.parse({ listen: "127.0.0.1:0", dataRoot: "/" }), tools);
  const { client, close } = connect(DatasetServiceDefinition, service.address, { recorder: tools.recorder });
  try {
    return await describeData(client, spec);
  } finally {
    close();
    await service.drain();
  }
};

/** What is trained from the genotype, in a line. */
const modelsOf = (engine: Engine, spec: Spec, input: DataDescription["input"]): string | null => {
  const plans = planModels(spec);
  if (plans.length === 0) return null;
  const { cells, channels, epochs } = spec.train;
  const cost = modelCost(spec, input);
  const about = spec.genotype === null ? "about " : "";
  return `${plans.length} of ${cells} cells and ${channels} channels, ${epochs} epochs each; ${about}${cost.total} weights, ${mebibytes(stepBytes(modelStep(spec, input), engine))} for a step; their time is not estimated`;
};

const estimate = async (
  engine: Engine,
  spec: Spec,
  { input, normalization, description }: DataDescription,
): Promise<Plan> => {
  const jobs = planJobs(spec);
  const warmups = jobs.filter((job) => job.kind === "epoch" && job.stage === "warmup").length;
  const settles = jobs.filter((job) => job.kind === "epoch" && job.stage === "settle").length;
  const samples = jobs.filter((job) => job.kind === "sample").length;
  const half = Math.min(description.weightImages, description.strengthImages);
  const trained = (batch: number) => Math.floor(half / batch) * batch;
  const warmupImages = trained(spec.warmup.batch);
  const reducingImages = trained(spec.reduction.batch);

  const halves = spec.supernet === "paths" ? 1 : 2;
  const network = someSample(spec);
  const largest = stepsOf(spec, input).toSorted((a, b) => stepBytes(b, engine) - stepBytes(a, engine))[0];
  const counted = {
    supernetEpochs: warmups + settles,
    samples,
    // An epoch of the supernet takes a step on the strength half for every step on the weight half; by paths it takes none there.
    images: halves * (warmups * warmupImages + settles * reducingImages) + samples * reducingImages,
    evaluated: samples * description.reductionImages,
    supernetWeights: supernetCost(spec, input).total,
    sampleWeights: sampleCost(spec, input, network).total,
    models: modelsOf(engine, spec, input),
    memoryBytes: largest === undefined ? 0 : stepBytes(largest, engine),
    largest: largest === undefined ? "nothing is trained" : `${largest.what}, batch ${largest.batch}`,
  };
  try {
    requireStepMemory(spec, input, engine);
  } catch (error) {
    if (!isInvalidInput(error)) throw error;
    return { ...counted, seconds: null, note: `none: ${error.message}` };
  }
  if (jobs.length === 0) return { ...counted, seconds: 0, note: "nothing is trained" };

  // One step of each kind on made-up images; the first also warms up the engine, so it is run twice.
  const batch = Math.min(16, spec.warmup.batch);
  const images = () => madeUp(batch, input);
  const state = initialState(spec, input);
  const shared = { spec, input, normalization, state, rate: spec.weights.rate };
  const candidates = fullSpace(spaceOf(spec));
  const perSupernetImage = await secondsOf(() => {
    const epoch = { ...shared, candidates, weightBatches: images() };
    return spec.supernet === "paths"
      ? trainPaths(engine, { ...epoch, networksOf: (step) => drawPaths(spec.seed, 1, step, candidates) })
      : trainEpoch(engine, { ...epoch, trainStrengths: true, strengthBatches: images() });
  });
  const perSampleImage = await secondsOf(() => trainSample(engine, { ...shared, network, batches: images() }));
  // Settling has fewer and fewer candidates: on average a little over half of them.
  const epochs = warmups * warmupImages + settles * 0.6 * reducingImages;
  const seconds =
    (perSupernetImage / batch) * epochs + (perSampleImage / batch) * (samples * reducingImages + counted.evaluated / 3);
  return {
    ...counted,
    seconds,
    note: `from one step of ${batch} images of each kind, run now by the engine ${engine.name}`,
  };
};

async function* madeUp(
  count: number,
  { height, width, channels, classes }: DataDescription["input"],
): AsyncGenerator<Batch> {
  const pixels = Uint8Array.from({ length: count * height * width * channels }, (_, i) => (i * 2654435761) >>> 24);
  yield { count, pixels, labels: Array.from({ length: count }, (_, i) => i % classes) };
}

const secondsOf = async (step: () => Promise<unknown>): Promise<number> => {
  await step();
  const begun = performance.now();
  await step();
  return (performance.now() - begun) / 1000;
};

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
