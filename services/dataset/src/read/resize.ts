import { setImmediate } from "node:timers/promises";
import { type Dataset, type ImageShape, imageBytes, type LabelledImages } from "../divide/dataset.js";

/** For one output pixel: the first source pixel that it sees, and the share of that and of those that follow. Shares sum to 1. */
type Taps = { readonly first: number; readonly shares: Float64Array };

/**
 * Where the pixels of a centred crop of `side` come from when an axis of `length` pixels is scaled by `scale`: a triangle
 * filter, as wide as a source pixel when enlarging (linear) and as an output pixel when shrinking (no aliases).
 */
export const taps = (length: number, side: number, scale: number): Taps[] => {
  const radius = Math.max(1, 1 / scale);
  const cropped = (length * scale - side) / 2;
  return Array.from({ length: side }, (_, pixel) => {
    const centre = (pixel + cropped + 0.5) / scale - 0.5;
    const first = Math.max(0, Math.ceil(centre - radius));
    const last = Math.min(length - 1, Math.floor(centre + radius));
    const shares = Float64Array.from({ length: last - first + 1 }, (_, index) =>
      Math.max(0, 1 - Math.abs(first + index - centre) / radius),
    );
    const sum = shares.reduce((total, share) => total + share, 0);
    return { first, shares: shares.map((share) => share / sum) };
  });
};

/**
 * The dataset with square images of `side` pixels: scaled so that the shorter side fits, the longer one cropped around its
 * centre, as image folders are. The filter is another: these are arrays of one size with any number of channels, and a triangle in
 * double precision gives the same bytes on every machine; photographs go through sharp (decode-image.ts), which decodes, turns and
 * scales with Lanczos' filter in one pass, and whose bytes follow its version.
 */
export const resized = async (dataset: Dataset, side: number): Promise<Dataset> => {
  if (dataset.height === side && dataset.width === side) return dataset;
  const train = await resizePart(dataset.train, dataset, side);
  const test = await resizePart(dataset.test, dataset, side);
  return { ...dataset, height: side, width: side, train, test };
};

const IMAGES_A_PIECE = 64;

const resizePart = async (
  { pixels, labels }: LabelledImages,
  shape: ImageShape,
  side: number,
): Promise<LabelledImages> => {
  const { height, width, channels } = shape;
  const scale = side / Math.min(height, width);
  const rows = taps(height, side, scale);
  const columns = taps(width, side, scale);
  const size = imageBytes(shape);
  const target = new Uint8Array(labels.length * side * side * channels);
  const narrow = new Float64Array(height * side * channels);
  let write = 0;
  for (let image = 0; image < labels.length; image++) {
    let at = 0;
    for (let row = 0; row < height; row++) {
      const line = image * size + row * width * channels;
      for (const { first, shares } of columns) {
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0;
          for (let tap = 0; tap < shares.length; tap++) {
            sum += (shares[tap] ?? 0) * (pixels[line + (first + tap) * channels + channel] ?? 0);
          }
          narrow[at++] = sum;
        }
      }
    }
    for (const { first, shares } of rows) {
      for (let value = 0; value < side * channels; value++) {
        let sum = 0;
        for (let tap = 0; tap < shares.length; tap++) {
          sum += (shares[tap] ?? 0) * (narrow[(first + tap) * side * channels + value] ?? 0);
        }
        target[write++] = Math.round(sum);
      }
    }
    if (image % IMAGES_A_PIECE === IMAGES_A_PIECE - 1) await setImmediate();
  }
  return { pixels: target, labels };
};
