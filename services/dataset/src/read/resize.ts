import { setImmediate } from "node:timers/promises";
import { type DatasetInMemory, type ImageShape, imageBytes, type LabelledImages } from "../divide/dataset.js";

/** For one output pixel: the first source pixel that it sees, and the share of that and of those that follow. Shares sum to 1. */
type Taps = { readonly first: number; readonly shares: Float64Array };

/** Where the pixels of a centred crop of `side` come from when an axis of `length` pixels is scaled by `scale`. */
export const taps = (length: number, side: number, scale: number): Taps[] => {
  const cropped = (length * scale - side) / 2;
  const centres = Array.from({ length: side }, (_, pixel) => (pixel + cropped + 0.5) / scale - 0.5);
  return centres.map((centre) => tapsAround(centre, scale, { first: 0, last: length - 1 }));
};

/** Where `side` pixels come from that the pixels `from` to `from + length` (exclusive) of an axis become; no other is seen. */
export const stretchTaps = (from: number, length: number, side: number): Taps[] => {
  const scale = side / length;
  const centres = Array.from({ length: side }, (_, pixel) => from + (pixel + 0.5) / scale - 0.5);
  return centres.map((centre) => tapsAround(centre, scale, { first: from, last: from + length - 1 }));
};

/** A triangle filter, as wide as a source pixel when enlarging (linear) and as an output pixel when shrinking (no aliases). */
const tapsAround = (centre: number, scale: number, seen: { readonly first: number; readonly last: number }): Taps => {
  const radius = Math.max(1, 1 / scale);
  const first = Math.max(seen.first, Math.ceil(centre - radius));
  const last = Math.min(seen.last, Math.floor(centre + radius));
  const shares = Float64Array.from({ length: last - first + 1 }, (_, index) =>
    Math.max(0, 1 - Math.abs(first + index - centre) / radius),
  );
  const sum = shares.reduce((total, share) => total + share, 0);
  return { first, shares: shares.map((share) => share / sum) };
};

/**
 * Writes the pixels that `rows` and `columns` say, of a source whose rows are `width` pixels wide and which begins at `from.at`. Rows that
 * no output row sees are not read.
 */
export const resample = (
  from: { readonly pixels: Uint8Array; readonly at: number; readonly width: number },
  to: { readonly pixels: Uint8Array; readonly at: number },
  channels: number,
  rows: readonly Taps[],
  columns: readonly Taps[],
): void => {
  const top = rows[0]?.first ?? 0;
  const bottom = rows.reduce((most, { first, shares }) => Math.max(most, first + shares.length), 0);
  const wide = columns.length * channels;
  const narrow = new Float64Array((bottom - top) * wide);
  for (let row = top; row < bottom; row++) {
    const line = from.at + row * from.width * channels;
    narrowRow(from.pixels, line, channels, columns, narrow, (row - top) * wide);
  }
  const sums = new Float64Array(wide);
  let write = to.at;
  for (const { first, shares } of rows) {
    sums.fill(0);
    for (let tap = 0; tap < shares.length; tap++) addRow(sums, narrow, (first - top + tap) * wide, shares[tap] ?? 0);
    for (let value = 0; value < wide; value++) to.pixels[write++] = Math.round(sums[value] ?? 0);
  }
};

/** Writes a row of the output's columns. Sums are made from the first tap to the last, so all channels are as one alone would be. */
const narrowRow = (
  pixels: Uint8Array,
  line: number,
  channels: number,
  columns: readonly Taps[],
  target: Float64Array,
  at: number,
): void => {
  let write = at;
  for (const { first, shares } of columns) {
    const start = line + first * channels;
    if (channels === 3) {
      let [red, green, blue] = [0, 0, 0];
      for (let tap = 0, read = start; tap < shares.length; tap++, read += 3) {
        const share = shares[tap] ?? 0;
        red += share * (pixels[read] ?? 0);
        green += share * (pixels[read + 1] ?? 0);
        blue += share * (pixels[read + 2] ?? 0);
      }
      target[write] = red;
      target[write + 1] = green;
      target[write + 2] = blue;
      write += 3;
      continue;
    }
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let tap = 0; tap < shares.length; tap++)
        sum += (shares[tap] ?? 0) * (pixels[start + tap * channels + channel] ?? 0);
      target[write++] = sum;
    }
  }
};

const addRow = (sums: Float64Array, rows: Float64Array, at: number, share: number): void => {
  for (let value = 0; value < sums.length; value++) sums[value] = (sums[value] ?? 0) + share * (rows[at + value] ?? 0);
};

/**
 * The dataset with square images of `side` pixels: scaled so that the shorter side fits, the longer one cropped around its
 * centre, as image folders are. The filter is another: these are arrays of one size with any number of channels, and a triangle in
 * double precision gives the same bytes on every machine; photographs go through sharp (decode-image.ts), which decodes, turns and
 * scales with Lanczos' filter in one pass, and whose bytes follow its version.
 */
export const resized = async (dataset: DatasetInMemory, side: number): Promise<DatasetInMemory> => {
  if (dataset.height === side && dataset.width === side) return dataset;
  const train = await resizePart(dataset.train, dataset, side);
  const test = await resizePart(dataset.test, dataset, side);
  return { ...dataset, height: side, width: side, train, test };
};

/** Bytes that are read or written before other calls have their turn. */
const BYTES_A_PIECE = 2 ** 20;

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
  const aPiece = Math.max(1, Math.floor(BYTES_A_PIECE / Math.max(size, side * side * channels)));
  for (let image = 0; image < labels.length; image++) {
    const from = { pixels, at: image * size, width };
    resample(from, { pixels: target, at: image * side * side * channels }, channels, rows, columns);
    if (image % aPiece === aPiece - 1) await setImmediate();
  }
  return { pixels: target, labels };
};
