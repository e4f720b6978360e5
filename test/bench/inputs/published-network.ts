import type { Model } from "@bnas/model";
import { PUBLISHED } from "@bnas/search";
import { imagesFor, modelWith } from "../../../packages/model/test/builders.js";

/** The authors' network as they train it, 20 cells of 36 channels for 32x32 images of 10 classes; its numbers are drawn by seed. */
export const publishedNetwork = (binarize: Model["network"]["binarize"]): Model =>
  modelWith({
    genotype: PUBLISHED,
    input: { height: 32, width: 32, channels: 3 },
    classes: Array.from({ length: 10 }, (_, i) => `class ${i}`),
    network: { binarize, cells: 20, channels: 36 },
  });

/** Normalized images for it. */
export const publishedImages = (count: number): Float32Array => imagesFor(publishedShape, count);

const publishedShape = { input: { height: 32, width: 32, channels: 3 } };
