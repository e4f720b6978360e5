import type { DataDescription } from "@bnas/mesh";
import { largestBatch, sampleCost, supernetCost } from "@bnas/network";
import { drawPass, EDGES, fullSpace, InvalidInput, type Network, OPERATIONS, planJobs, type Spec } from "@bnas/search";

/** A kind of training step of a search, and what it takes by estimate. */
export type StepMemory = {
  readonly what: string;
  /** The field of the spec that says how many images it has. */
  readonly field: string;
  readonly batch: number;
  readonly bytesPerImage: number;
};

/** Every kind of training step that a search has. Settling has lost at least one operation an edge: the largest, at best. */
export const stepsOf = (spec: Spec, input: DataDescription["input"]): readonly StepMemory[] => {
  const jobs = planJobs(spec);
  const warmup = { field: "spec.warmup.batch", batch: spec.warmup.batch };
  const reduction = { field: "spec.reduction.batch", batch: spec.reduction.batch };
  const any = (wanted: (job: (typeof jobs)[number]) => boolean, step: () => StepMemory) =>
    jobs.some(wanted) ? [step()] : [];
  return [
    ...any(
      (job) => job.kind === "epoch" && job.stage === "warmup",
      () => ({ what: "the supernet", ...warmup, bytesPerImage: supernetCost(spec, input).trainingBytesPerImage }),
    ),
    ...any(
      (job) => job.kind === "epoch" && job.stage === "settle",
      () => ({
        what: "the supernet after a round",
        ...reduction,
        bytesPerImage: supernetCost(spec, input, leastLeft).trainingBytesPerImage,
      }),
    ),
    ...any(
      (job) => job.kind === "sample",
      () => ({
        what: "a sampled network",
        ...reduction,
        bytesPerImage: sampleCost(spec, input, someSample(spec)).trainingBytesPerImage,
      }),
    ),
  ];
};

/** Refuses a spec with a step that an engine cannot hold, before anything is trained. @throws InvalidInput */
export const requireStepMemory = (
  spec: Spec,
  input: DataDescription["input"],
  engine: { readonly name: string; readonly memoryLimit: number | null },
): void => {
  for (const { what, field, batch, bytesPerImage } of stepsOf(spec, input)) {
    const most = largestBatch(engine, bytesPerImage);
    if (batch <= most) continue;
    throw new InvalidInput(
      field,
      batch,
      `at most ${most}: an image in a training step of ${what} takes about ${Math.ceil(bytesPerImage / 2 ** 20)} MiB, and the engine ${engine.name} holds ${Math.round((engine.memoryLimit ?? 0) / 2 ** 30)} GiB`,
      "Lower the batch, the channels or the cells in --config, or use the engine node or gpu.",
    );
  }
};

export const someSample = (spec: Spec): Network => {
  const [network] = drawPass(spec.seed, 1, 1, fullSpace());
  if (network === undefined) throw new Error("a pass has no sample");
  return network;
};

const withoutLargest = EDGES.map(() => OPERATIONS.filter((operation) => operation !== "sep_conv_5x5"));
const leastLeft = { normal: withoutLargest, reduce: withoutLargest };
