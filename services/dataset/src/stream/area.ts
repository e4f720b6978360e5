import { exp, type Stream, stream } from "@bnas/search";
import type { ImageShape } from "../divide/dataset.js";
import type { Epoch } from "../divide/epoch.js";
import { resample, stretchTaps } from "../read/resize.js";

/** A rectangle of an image, in pixels from its top left corner. */
export type Area = { readonly top: number; readonly left: number; readonly height: number; readonly width: number };

/** Width to height of an area: from 3:4 to 4:3, their logarithms alike. */
const LEAST_RATIO = 3 / 4;
const MOST_RATIO = 4 / 3;
/** The natural logarithm of 4/3; that of 3/4 is its negative. */
const LOG_RATIO = 0.28768207245178085;

/** How often an area is drawn that does not fit into the image before the middle of it is taken. */
const TRIES = 10;

/**
 * The area that a random-resized crop takes: a share from `least` to 1 of the image's area, in a ratio of 3:4 to 4:3, anywhere. So networks
 * are trained on ImageNet since Szegedy et al., "Going Deeper with Convolutions" (CVPR 2015, section 6), with a share of 8 % or more; the
 * number of tries and what is taken after them are those of torchvision's RandomResizedCrop. A function of its arguments alone.
 */
export const drawArea = (
  { seed, split, epoch }: Epoch,
  index: number,
  least: number,
  image: Pick<ImageShape, "height" | "width">,
): Area => {
  const random = stream(seed, "dataset", "area", split, epoch, index);
  const between = (from: number, to: number) => from + (to - from) * random.next();
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const pixels = image.height * image.width * between(least, 1);
    const ratio = exp(between(-LOG_RATIO, LOG_RATIO));
    const area = { height: Math.round(Math.sqrt(pixels / ratio)), width: Math.round(Math.sqrt(pixels * ratio)) };
    const fits = area.height > 0 && area.width > 0 && area.height <= image.height && area.width <= image.width;
    if (fits) return anywhere(area, image, random);
  }
  const ratio = image.width / image.height;
  const area = {
    height: ratio < LEAST_RATIO ? Math.round(image.width / LEAST_RATIO) : image.height,
    width: ratio > MOST_RATIO ? Math.round(image.height * MOST_RATIO) : image.width,
  };
  return {
    top: Math.floor((image.height - area.height) / 2),
    left: Math.floor((image.width - area.width) / 2),
    ...area,
  };
};

type Sides = Pick<ImageShape, "height" | "width">;

const anywhere = (area: Sides, image: Sides, random: Stream): Area => ({
  top: random.below(image.height - area.height + 1),
  left: random.below(image.width - area.width + 1),
  ...area,
});

/** Scales an area to an image of this shape, by the triangle filter of read/resize.ts: the same bytes on every machine. */
export const writeArea = (
  from: { readonly pixels: Uint8Array; readonly at: number; readonly width: number },
  to: { readonly pixels: Uint8Array; readonly at: number },
  { height, width, channels }: ImageShape,
  area: Area,
): void => {
  const rows = stretchTaps(area.top, area.height, height);
  const columns = stretchTaps(area.left, area.width, width);
  resample(from, to, channels, rows, columns);
};

/** Flips the image at `at` left and right. */
export const flipInPlace = (
  { pixels, at }: { readonly pixels: Uint8Array; readonly at: number },
  { height, width, channels }: ImageShape,
): void => {
  for (let row = 0; row < height; row++) {
    const line = at + row * width * channels;
    for (let column = 0; column < Math.floor(width / 2); column++) {
      const [left, right] = [line + column * channels, line + (width - 1 - column) * channels];
      for (let channel = 0; channel < channels; channel++) {
        const value = pixels[left + channel] ?? 0;
        pixels[left + channel] = pixels[right + channel] ?? 0;
        pixels[right + channel] = value;
      }
    }
  }
};
