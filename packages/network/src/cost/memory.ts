import { invalidInput } from "@bnas/errors";
import type { Spec } from "@bnas/search";
import type { Engine } from "../engine/engine.js";
import type { Trace } from "./trace.js";

// WebAssembly aborts for good when its memory is full, so a batch that would not fit is refused before anything is computed. The
// estimates are what the tape keeps, times what heaps of whole searches showed beyond it (0.97 to 1.03 of it while training, 1.5 in
// evaluation: the heap grows in steps and leaves gaps).

const TRAINING_MARGIN = 1.1;
const EVALUATION_MARGIN = 1.6;

/** The backend's own code and tensors, and the last step in which its heap grew. */
const RESERVED_BYTES = 128 * 2 ** 20;

/** Bytes of one image, by estimate. */
export const bytesPerImage = (
  trace: Trace,
): {
  readonly trainingBytesPerImage: number;
  readonly trainingByPartBytesPerImage: number;
  readonly evaluationBytesPerImage: number;
} => ({
  trainingBytesPerImage: Math.ceil(4 * TRAINING_MARGIN * trace.trainingFloats),
  trainingByPartBytesPerImage: Math.ceil(4 * TRAINING_MARGIN * trace.trainingByPartFloats),
  evaluationBytesPerImage: Math.ceil(4 * EVALUATION_MARGIN * trace.forwardFloats),
});

/** The largest batch that fits in an engine, by estimate; Infinity where the machine is the limit. */
export const largestBatch = (engine: Pick<Engine, "memoryLimit">, bytes: number): number =>
  engine.memoryLimit === null ? Number.POSITIVE_INFINITY : Math.floor((engine.memoryLimit - RESERVED_BYTES) / bytes);

/**
 * Whether a training step on this many images has to be computed by part (by-part.ts) to fit.
 * @throws InvalidInput on `field` when it fits in neither way
 */
export const trainsByPart = (engine: Engine, trace: Trace, field: string, images: number): boolean => {
  const bytes = bytesPerImage(trace);
  if (images <= largestBatch(engine, bytes.trainingBytesPerImage)) return false;
  requireFit(engine, bytes.trainingByPartBytesPerImage, field, images);
  return true;
};

/**
 * Refuses a spec whose supernet will not fit at the batch of a later stage, before the first has run for hours.
 * @param trace of the supernet on the candidates of now, which only shrinks; by paths, of a network of it
 */
export const requireBatchesFit = (engine: Engine, spec: Spec, trace: Trace): void => {
  if (spec.warmup.epochs > 0) trainsByPart(engine, trace, "spec.warmup.batch", spec.warmup.batch);
  if (spec.reduction.settleEpochs > 0) trainsByPart(engine, trace, "spec.reduction.batch", spec.reduction.batch);
};

export const requireEvaluationFits = (engine: Engine, trace: Trace, images: number): void =>
  requireFit(engine, bytesPerImage(trace).evaluationBytesPerImage, "batch", images);

/**
 * Whether a step of a derived network on this many images has to be computed by part to fit.
 * @throws InvalidInput on `field` when it fits in neither way
 */
export const modelTrainsByPart = (
  engine: Pick<Engine, "name" | "memoryLimit">,
  cost: { readonly trainingBytesPerImage: number; readonly trainingByPartBytesPerImage: number },
  field: string,
  images: number,
): boolean => {
  if (images <= largestBatch(engine, cost.trainingBytesPerImage)) return false;
  requireFit(engine, cost.trainingByPartBytesPerImage, field, images);
  return true;
};

/** A batch of a derived network without gradients. */
export const requireModelFits = (
  engine: Engine,
  { evaluationBytesPerImage }: { readonly evaluationBytesPerImage: number },
  images: number,
): void => requireFit(engine, evaluationBytesPerImage, "batch", images);

const requireFit = (
  engine: Pick<Engine, "name" | "memoryLimit">,
  bytes: number,
  field: string,
  images: number,
): void => {
  const most = largestBatch(engine, bytes);
  if (images <= most) return;
  const size = `one image takes about ${Math.ceil(bytes / 2 ** 20)} MiB, and the engine ${engine.name} holds 4 GiB`;
  throw invalidInput(
    field,
    images,
    `at most ${most} images a step: ${size}`,
    `Lower ${field} to ${most}, or the channels or cells, or use the engine node or gpu.`,
  );
};
