import { stream } from "@bnas/search";
import type { Epoch } from "../divide/epoch.js";
import type { Adjustment } from "./adjustment.js";

/** `jitter`: brightness, contrast and saturation times 1 - jitter to 1 + jitter. `hue`: hues turned by up to this share of the circle. */
export type ColourJitter = { readonly jitter: number; readonly hue: number };

/** Brightness, contrast and saturation, as adjustments are called. */
const FACTORS = ["brightness", "contrast", "color"] as const;

/**
 * The colour jitter of the image at an index of an epoch's order: each of brightness, contrast and saturation by a factor of its own, and the
 * hue by a turn, in random order. Howard, "Some Improvements on Deep Convolutional Neural Network Based Image Classification" (2013,
 * section 2) trained so first; ranges and the random order are those of torchvision's ColorJitter, which DARTS and PC-DARTS take with 0.4, 0.4,
 * 0.4 and 0.2. A function of its arguments alone.
 */
export const drawJitter = (
  { seed, split, epoch }: Epoch,
  index: number,
  { jitter, hue }: ColourJitter,
): readonly Adjustment[] => {
  if (jitter === 0 && hue === 0) return [];
  const random = stream(seed, "dataset", "jitter", split, epoch, index);
  const adjustments: Adjustment[] = [];
  const between = (from: number, to: number) => from + (to - from) * random.next();
  for (const kind of random.shuffle([...FACTORS, "hue" as const])) {
    if (kind === "hue") {
      if (hue > 0) adjustments.push({ kind, share: between(-hue, hue) });
    } else if (jitter > 0) {
      adjustments.push({ kind, factor: between(1 - jitter, 1 + jitter) });
    }
  }
  return adjustments;
};
