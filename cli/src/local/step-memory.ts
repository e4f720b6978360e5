import { invalidInput } from "@bnas/errors";
import { type Cost, type Engine, largestBatch, modelNetwork, sampleCost, supernetCost } from "@bnas/network";
import type { DataDescription } from "@bnas/rpc";
import {
  type Candidates,
  drawPass,
  fullSpace,
  mapEdges,
  type Network,
  planJobs,
  randomGenotype,
  type Spec,
  spaceOf,
} from "@bnas/search";

/** A kind of training step of a search, and what it takes by estimate. */
export type StepMemory = {
  readonly what: string;
  /** The field of the spec that says how many images it has. */
  readonly field: string;
  readonly batch: number;
  /** Of the whole step, and of one that recomputes each part of the network, which the engine does when it has to. */
  readonly bytesPerImage: number;
  readonly byPartBytesPerImage: number;
};

/** Every kind of training step that a search has. Settling has lost at least one operation an edge: the largest, at best. */
export const stepsOf = (spec: Spec, input: DataDescription["input"]): readonly StepMemory[] => {
  const jobs = planJobs(spec);
  const warmup = { field: "spec.warmup.batch", batch: spec.warmup.batch };
  const reduction = { field: "spec.reduction.batch", batch: spec.reduction.batch };
  const any = (wanted: (job: (typeof jobs)[number]) => boolean, step: () => StepMemory) =>
    jobs.some(wanted) ? [step()] : [];
  const paths = spec.supernet === "paths";
  // By paths a step holds one network, however many operations there are.
  const path = () => ({ what: "a network of the supernet", ...bytesOf(sampleCost(spec, input, someSample(spec))) });
  return [
    ...any(
      (job) => job.kind === "epoch" && job.stage === "warmup",
      () => ({ ...warmup, ...(paths ? path() : { what: "the supernet", ...bytesOf(supernetCost(spec, input)) }) }),
    ),
    ...any(
      (job) => job.kind === "epoch" && job.stage === "settle",
      () => ({
        ...reduction,
        ...(paths ? path() : { what: "the supernet after a round", ...bytesOf(leastSupernet(spec, input)) }),
      }),
    ),
    ...any(
      (job) => job.kind === "sample",
      () => ({
        what: "a sampled network",
        ...reduction,
        ...bytesOf(sampleCost(spec, input, someSample(spec))),
      }),
    ),
    ...(spec.train.seeds === 0 ? [] : [modelStep(spec, input)]),
  ];
};

/** A step of a network that is trained from the genotype. */
export const modelStep = (spec: Spec, input: DataDescription["input"]): StepMemory => ({
  what: "a network",
  field: "spec.train.batch",
  batch: spec.train.batch,
  ...bytesOf(modelCost(spec, input)),
});

/** The cost of a network that is trained from the genotype. Before it is known, that of a random one. */
export const modelCost = (spec: Spec, input: DataDescription["input"]): Cost => {
  const space = spaceOf(spec);
  const genotype = spec.genotype ?? randomGenotype(space, spec.seed);
  return modelNetwork(spec, { genotype, binarize: spec.binarize, space }, input).cost;
};

/** Refuses a spec with a step that an engine cannot hold, before anything is trained. @throws InvalidInput */
export const requireStepMemory = (
  spec: Spec,
  input: DataDescription["input"],
  engine: { readonly name: string; readonly memoryLimit: number | null },
): void => {
  for (const { what, field, batch, byPartBytesPerImage } of stepsOf(spec, input)) {
    const most = largestBatch(engine, byPartBytesPerImage);
    if (batch <= most) continue;
    throw invalidInput(
      field,
      batch,
      `at most ${most}: an image in a training step of ${what} takes about ${Math.ceil(byPartBytesPerImage / 2 ** 20)} MiB, and the engine ${engine.name} holds ${Math.round((engine.memoryLimit ?? 0) / 2 ** 30)} GiB`,
      "Lower the batch, the channels or the cells in --config, or use the engine node or gpu.",
    );
  }
};

/** Bytes that a step takes: whole where it fits. */
export const stepBytes = (
  { batch, bytesPerImage, byPartBytesPerImage }: StepMemory,
  engine: Pick<Engine, "memoryLimit">,
): number => batch * (batch <= largestBatch(engine, bytesPerImage) ? bytesPerImage : byPartBytesPerImage);

const bytesOf = (cost: Cost) => ({
  bytesPerImage: cost.trainingBytesPerImage,
  byPartBytesPerImage: cost.trainingByPartBytesPerImage,
});

export const someSample = (spec: Spec): Network => {
  const [network] = drawPass(spec.seed, 1, 1, fullSpace(spaceOf(spec)));
  if (network === undefined) throw new Error("a pass has no sample");
  return network;
};

/** The cost of the supernet without the operation of the space that takes most. */
const leastSupernet = (spec: Spec, input: DataDescription["input"]): Cost => {
  const space = spaceOf(spec);
  const without = (gone: string): Candidates =>
    mapEdges(fullSpace(space), (left) => left.filter((operation) => operation !== gone));
  return space.operations
    .map((operation) => supernetCost(spec, input, without(operation)))
    .reduce((least, next) => (next.trainingBytesPerImage < least.trainingBytesPerImage ? next : least));
};
