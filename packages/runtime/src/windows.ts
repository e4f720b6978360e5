import type { ValueShape } from "./graph.js";

/** The taps of a window, as rows and columns from the pixel that it belongs to. */
export type Taps = readonly { readonly row: number; readonly column: number }[];

/** Square windows whose middle tap lies over the pixel. */
export const tapsAround = (kernel: number, dilation = 1): Taps => {
  const reach = Array.from({ length: kernel }, (_, u) => dilation * (u - (kernel - 1) / 2));
  return reach.flatMap((row) => reach.map((column) => ({ row, column })));
};

/** The taps of a window of 2x2, the first over the pixel. */
export const TAPS_2X2: Taps = [0, 1].flatMap((row) => [0, 1].map((column) => ({ row, column })));

/** How far taps reach beyond the image. */
export const borderOf = (taps: Taps): number =>
  Math.max(...taps.flatMap(({ row, column }) => [row, column].map(Math.abs)));

/** Elements from a pixel to that of each tap, in rows of so many, in an image that is so far within its border. */
export const offsetsOf = (taps: Taps, rowLength: number, border = 0): number[] =>
  taps.map(({ row, column }) => (row + border) * rowLength + column + border);

/** For each tap and pixel whether the tap lies in the image; pixels are so many, those behind the last in none. */
export const insideOf = (taps: Taps, { height, width }: ValueShape, pixels: number): readonly Uint8Array[] =>
  taps.map(({ row, column }) =>
    Uint8Array.from({ length: pixels }, (_, pixel) => {
      const [i, j] = [Math.floor(pixel / width), pixel % width];
      const inside = i + row >= 0 && i + row < height && j + column >= 0 && j + column < width;
      return i < height && inside ? 1 : 0;
    }),
  );

/** How many taps of each pixel lie in the image. */
export const countInside = (inside: readonly Uint8Array[], pixels: number): number[] =>
  Array.from({ length: pixels }, (_, pixel) => inside.reduce((sum, tap) => sum + (tap[pixel] ?? 0), 0));
