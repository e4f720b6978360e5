import { z } from "zod";

const whole = (least: number, most: number) => z.int().min(least).max(most);
const real = (least: number, most: number) => z.number().min(least).max(most);

/** What a search is asked to do, complete. docs/spec.md explains every field; defaults come from the presets. */
export const specSchema = z.strictObject({
  dataset: z.string().min(1),
  strategy: z.enum(["bnas", "pc-darts", "random"]),
  /** `weights`: as the authors released; `weights+activations`: fully 1-bit; `none`: the full-precision twin. */
  binarize: z.enum(["weights", "weights+activations", "none"]),
  /** `half`: the ceil(K/2) operations of least alpha are sampled a pass (line 3); `all`: every operation is. */
  sample: z.enum(["half", "all"]),
  parallel: z.literal(1),
  seed: whole(0, 4294967295),
  network: z.strictObject({
    cells: whole(2, 32),
    channels: whole(2, 512),
    /** C of PC-DARTS: 1/C of the channels pass the operations. Divides `channels`. */
    partial: whole(1, 64),
    stem: z.enum(["cifar", "imagenet"]),
  }),
  data: z.strictObject({
    /** Pixels; 0 keeps the dataset's own size. */
    imageSize: z.union([z.literal(0), whole(8, 512)]),
    /** 0 uses all training images. */
    limit: whole(0, 10_000_000),
    reductionImages: whole(1, 1_000_000),
    cropPadding: whole(0, 64),
    flip: z.boolean(),
    cutout: whole(0, 256),
  }),
  warmup: z.strictObject({
    /** L. */
    epochs: whole(0, 10_000),
    batch: whole(1, 4096),
    /** Epochs that train weights alone before alpha and beta join. */
    strengthsFrom: whole(0, 10_000),
  }),
  reduction: z.strictObject({
    /** T. */
    passes: whole(1, 100),
    batch: whole(1, 4096),
    /** V. */
    settleEpochs: whole(0, 100),
  }),
  weights: z.strictObject({
    rate: real(1e-6, 10),
    leastRate: real(0, 10),
    momentum: real(0, 0.999),
    decay: real(0, 1),
    clip: real(1e-3, 1e6),
  }),
  strengths: z.strictObject({
    rate: real(1e-6, 10),
    beta1: real(0, 0.9999),
    beta2: real(0, 0.9999),
    decay: real(0, 1),
  }),
});

export type Spec = z.infer<typeof specSchema>;
