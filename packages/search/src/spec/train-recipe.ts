import type { z } from "zod";
import { NO_PICTURE_FIELDS } from "./picture-fields.js";
import type { trainSchema } from "./train-schema.js";

/**
 * The recipe of the paper for CIFAR-10, by which nothing is trained until `seeds` is 1 or more: what a preset has, and what an old
 * fact without `train` means. Origins as in presets.ts.
 */
export const NOT_TRAINED: z.infer<typeof trainSchema> = {
  seeds: 0, // [D] the search ends with its genotype
  cells: 20, // [A]
  channels: 36, // [A]
  epochs: 600, // [A]
  batch: 96, // [A]
  rate: 0.025, // [A]
  leastRate: 0, // [DARTS]
  schedule: "cosine", // [DARTS]
  decay: 3e-4, // [DARTS]
  auxiliary: 0.4, // [A]
  dropPath: 0.2, // [DARTS]
  cropPadding: 4, // [DARTS]
  flip: true, // [DARTS]
  cutout: 16, // [A]
  policy: "autoaugment-cifar10", // [A]
  ...NO_PICTURE_FIELDS, // [A]
  smoothing: 0, // [DARTS]
  epsilon: 1e-5, // [DARTS]; the authors' test script sets 1e-3
  randomRivals: 0,
  fullPrecisionTwin: false,
  publishedRival: false,
};
