import type { ImageShape } from "../divide/dataset.js";

/** One operation on the pixels of an image. */
export type Adjustment =
  /** The pixel at (row, column) is that at (row + down, column + right) of what was there, with down and right of the two lines. */
  | { readonly kind: "warp"; readonly rows: WarpLine; readonly columns: WarpLine }
  /** Away from grey, from the mean grey, from black or from a blurred image: 1 leaves it, 0 gives that, more than 1 goes beyond. */
  | { readonly kind: "color" | "contrast" | "brightness" | "sharpness"; readonly factor: number }
  | { readonly kind: "invert" | "autoContrast" | "equalize" }
  /** Keeps the highest bits of each value. */
  | { readonly kind: "posterize"; readonly bits: number }
  /** Inverts values from `from` on. */
  | { readonly kind: "solarize"; readonly from: number }
  /** Turns the hue of each colour by this share of the circle: red by 1/3 is green. */
  | { readonly kind: "hue"; readonly share: number };

/** byRow * row + byColumn * column + offset, of coordinates from the middle of the image. */
export type WarpLine = { readonly byRow: number; readonly byColumn: number; readonly offset: number };

/** What lies outside of the image that is warped. */
const GREY = 128;

/** Adjusts the image at `at` in place. A function of bytes alone: additions, products and comparisons are the same on every machine. */
export const adjust = (pixels: Uint8Array, at: number, shape: ImageShape, adjustment: Adjustment): void => {
  const size = shape.height * shape.width * shape.channels;
  const image = pixels.subarray(at, at + size);
  const before = image.slice();
  switch (adjustment.kind) {
    case "warp":
      warp(before, image, shape, adjustment);
      break;
    case "brightness":
      look(
        before,
        image,
        tableOf((value) => blended(value, 0, adjustment.factor)),
      );
      break;
    case "contrast": {
      const mean = meanGrey(before, shape);
      look(
        before,
        image,
        tableOf((value) => blended(value, mean, adjustment.factor)),
      );
      break;
    }
    case "color":
      if (shape.channels === 3) awayFromGrey(before, image, adjustment.factor);
      break;
    case "hue":
      if (shape.channels === 3) turnHues(before, image, adjustment.share);
      break;
    case "sharpness":
      awayFromSmooth(before, image, adjustment.factor, shape);
      break;
    case "invert":
      look(
        before,
        image,
        tableOf((value) => 255 - value),
      );
      break;
    case "solarize":
      look(
        before,
        image,
        tableOf((value) => (value >= adjustment.from ? 255 - value : value)),
      );
      break;
    case "posterize":
      look(
        before,
        image,
        tableOf((value) => value & (0xff << (8 - adjustment.bits))),
      );
      break;
    case "autoContrast":
      byChannel(before, image, shape, stretched);
      break;
    case "equalize":
      byChannel(before, image, shape, equalized);
      break;
  }
};

const warp = (
  before: Uint8Array,
  image: Uint8Array,
  { height, width, channels }: ImageShape,
  { rows, columns }: Extract<Adjustment, { readonly kind: "warp" }>,
): void => {
  image.fill(GREY);
  const [middleRow, middleColumn] = [height / 2, width / 2];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [y, x] = [row + 0.5 - middleRow, column + 0.5 - middleColumn];
      const fromRow = Math.floor(rows.byRow * y + rows.byColumn * x + rows.offset + middleRow);
      const fromColumn = Math.floor(columns.byRow * y + columns.byColumn * x + columns.offset + middleColumn);
      if (fromRow < 0 || fromRow >= height || fromColumn < 0 || fromColumn >= width) continue;
      const [from, to] = [(fromRow * width + fromColumn) * channels, (row * width + column) * channels];
      for (let channel = 0; channel < channels; channel++) image[to + channel] = before[from + channel] ?? GREY;
    }
  }
};

/** As Math.round does to what lies between 0 and 255, and faster. */
const blended = (value: number, from: number, factor: number): number => {
  const mixed = from + factor * (value - from);
  return mixed <= 0 ? 0 : mixed >= 255 ? 255 : Math.floor(mixed + 0.5);
};

const awayFromSmooth = (before: Uint8Array, image: Uint8Array, factor: number, shape: ImageShape): void => {
  for (let i = 0; i < before.length; i++) image[i] = blended(before[i] ?? 0, smoothAt(before, i, shape), factor);
};

/** Of three channels. */
const awayFromGrey = (before: Uint8Array, image: Uint8Array, factor: number): void => {
  for (let pixel = 0; pixel < before.length; pixel += 3) {
    const grey = lumaAt(before, pixel);
    for (let i = pixel; i < pixel + 3; i++) image[i] = blended(before[i] ?? 0, grey, factor);
  }
};

/** Luma of a pixel of three channels (ITU-R 601). */
const lumaAt = (before: Uint8Array, pixel: number): number =>
  Math.floor(
    (299 * (before[pixel] ?? 0) + 587 * (before[pixel + 1] ?? 0) + 114 * (before[pixel + 2] ?? 0) + 500) / 1000,
  );

/** Of a pixel of three channels its luma, of one that. */
const greyAt = (before: Uint8Array, pixel: number, { channels }: ImageShape): number =>
  channels === 3 ? lumaAt(before, pixel) : (before[pixel] ?? 0);

const meanGrey = (before: Uint8Array, shape: ImageShape): number => {
  let sum = 0;
  for (let pixel = 0; pixel < before.length; pixel += shape.channels) sum += greyAt(before, pixel, shape);
  return Math.round((sum * shape.channels) / before.length);
};

/**
 * How far the red channel of a colour lies below its greatest, as a share of what lies between greatest and least: by the place of the colour on the
 * circle, in sixths from that at which red begins to fall. `sixths` is from 0 to 14.
 */
const belowMost = (sixths: number): number => {
  const from = sixths >= 12 ? sixths - 12 : sixths >= 6 ? sixths - 6 : sixths;
  return Math.max(0, Math.min(1, 2 - Math.abs(from - 2)));
};

/** In the hexagon of HSV (Smith, 1978), whose sides are sixths of the circle: the greatest and the least of the three channels stay. */
const turnHues = (before: Uint8Array, image: Uint8Array, share: number): void => {
  for (let pixel = 0; pixel < before.length; pixel += 3) {
    const [red, green, blue] = [before[pixel] ?? 0, before[pixel + 1] ?? 0, before[pixel + 2] ?? 0];
    const most = Math.max(red, green, blue);
    const range = most - Math.min(red, green, blue);
    if (range === 0) continue;
    const hue =
      most === red ? (green - blue) / range : most === green ? (blue - red) / range + 2 : (red - green) / range + 4;
    const shifted = hue + 6 * share;
    const turned = shifted < 0 ? shifted + 6 : shifted;
    image[pixel] = Math.floor(most - range * belowMost(turned + 5) + 0.5);
    image[pixel + 1] = Math.floor(most - range * belowMost(turned + 3) + 0.5);
    image[pixel + 2] = Math.floor(most - range * belowMost(turned + 1) + 0.5);
  }
};

/** The mean of 3x3 pixels, of which that in the middle counts five times; at the frame of the image the value itself. */
const smoothAt = (before: Uint8Array, index: number, { height, width, channels }: ImageShape): number => {
  const pixel = Math.floor(index / channels);
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  const own = before[index] ?? 0;
  if (row === 0 || column === 0 || row === height - 1 || column === width - 1) return own;
  let sum = 4 * own;
  for (const down of [-1, 0, 1]) {
    for (const right of [-1, 0, 1]) sum += before[index + (down * width + right) * channels] ?? 0;
  }
  return Math.round(sum / 13);
};

/** What each value becomes. */
const tableOf = (of: (value: number) => number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, value) => of(value));

const look = (before: Uint8Array, image: Uint8Array, table: Uint8Array): void => {
  for (let i = 0; i < before.length; i++) image[i] = table[before[i] ?? 0] ?? 0;
};

const byChannel = (
  before: Uint8Array,
  image: Uint8Array,
  { channels }: ImageShape,
  valuesOf: (histogram: readonly number[]) => (value: number) => number,
): void => {
  for (let channel = 0; channel < channels; channel++) {
    const histogram = new Array<number>(256).fill(0);
    for (let i = channel; i < before.length; i += channels) {
      const value = before[i] ?? 0;
      histogram[value] = (histogram[value] ?? 0) + 1;
    }
    const of = valuesOf(histogram);
    for (let i = channel; i < before.length; i += channels) image[i] = of(before[i] ?? 0);
  }
};

/** The least value of a channel becomes 0, the largest 255. */
const stretched = (histogram: readonly number[]): ((value: number) => number) => {
  const least = histogram.findIndex((times) => times > 0);
  const most = histogram.findLastIndex((times) => times > 0);
  return most > least ? (value) => Math.floor(((value - least) * 255) / (most - least)) : (value) => value;
};

/** Each value becomes the share of values below it: a channel then has all values about as often. */
const equalized = (histogram: readonly number[]): ((value: number) => number) => {
  const all = histogram.reduce((sum, times) => sum + times, 0);
  const step = Math.floor((all - (histogram.findLast((times) => times > 0) ?? 0)) / 255);
  if (step === 0) return (value) => value;
  let below = Math.floor(step / 2);
  const table = histogram.map((times) => {
    const value = Math.min(255, Math.floor(below / step));
    below += times;
    return value;
  });
  return (value) => table[value] ?? value;
};
