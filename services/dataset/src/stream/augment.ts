import { invalidInput, nearest } from "@bnas/errors";
import { stream } from "@bnas/search";
import { type ImageShape, imageBytes } from "../divide/dataset.js";
import type { Epoch } from "../divide/epoch.js";
import { type Adjustment, adjust } from "./adjustment.js";
import { type Area, drawArea, flipInPlace, writeArea } from "./area.js";
import { drawPolicy, POLICIES } from "./auto-augment.js";
import { type ColourJitter, drawJitter } from "./colour-jitter.js";

/** What may happen to an image. Pixels: `cropPadding` zeros on every side before the crop, `cutout` the side of the square. */
export type Augmentation = {
  readonly cropPadding: number;
  readonly flip: boolean;
  readonly cutout: number;
  /** One of POLICIES; "" is none. */
  readonly policy?: string;
  /** Least share of the image's area that a crop takes, which is then scaled to the size of the images; 0 or absent takes none. */
  readonly cropArea?: number;
} & Partial<ColourJitter>;

/** What happens to one image. `down`, `right`: the place in the image of the crop's first pixel; negative lies in the padding. */
export type Change = {
  readonly down: number;
  readonly right: number;
  /** What of the source is scaled to the size of the image, in the place of a crop; null: nothing is. */
  readonly area: Area | null;
  readonly flip: boolean;
  /** What is done to the pixels between flip and cutout, in order. */
  readonly adjustments: readonly Adjustment[];
  /** Rows and columns [top, bottom) x [left, right) that are filled, null for none. */
  readonly cutout: {
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  } | null;
};

export const UNCHANGED: Change = { down: 0, right: 0, area: null, flip: false, adjustments: [], cutout: null };

/**
 * @throws InvalidInput on `data.cropPadding` and `data.cutout` if nothing of an image might be left, on an unknown policy, and on shares
 * that are none
 */
export const fits = (augmentation: Augmentation, { height, width }: ImageShape): void => {
  const { cropPadding, cutout, policy = "", cropArea = 0, jitter = 0, hue = 0 } = augmentation;
  if (policy !== "" && !POLICIES.some((known) => known === policy)) {
    throw invalidInput(
      "augmentation.policy",
      policy,
      POLICIES.join(", "),
      `Did you mean ${nearest(policy, POLICIES)}?`,
    );
  }
  for (const [field, share, most] of [
    ["cropArea", cropArea, 1],
    ["jitter", jitter, 1],
    ["hue", hue, 0.5],
  ] as const) {
    if (share >= 0 && share <= most) continue;
    throw invalidInput(`data.${field}`, share, `a number from 0 to ${most}`, "Write 0 to turn it off.");
  }
  const side = Math.min(height, width);
  const hint = `The images are ${width}x${height} pixels.`;
  if (cropPadding >= side) throw invalidInput("data.cropPadding", cropPadding, `less than ${side}`, hint);
  if (cutout > side) throw invalidInput("data.cutout", cutout, `${side} or less`, hint);
  if (cropArea > 0 && cropPadding > 0) {
    const one = "An image is cropped in one way: turn off the one or the other.";
    throw invalidInput("data.cropPadding", cropPadding, "0 with cropArea", one);
  }
};

/**
 * The change of the image at an index of an epoch's order: a crop of the padded image at any offset, or an area of any place and size
 * (area.ts); a horizontal flip for every second image; a policy and colour jitter; and a square around any pixel, cut at the border
 * (DeVries and Taylor, 2017). A function of its arguments, so neither shards nor the size of batches move it.
 * @param source the size of the picture of which an area is cropped; that of the images when it is left out
 */
export const drawChange = (
  of: Epoch,
  index: number,
  augmentation: Augmentation,
  shape: ImageShape,
  source: Pick<ImageShape, "height" | "width"> = shape,
): Change => {
  const { cropPadding, flip, cutout, policy = "", cropArea = 0, jitter = 0, hue = 0 } = augmentation;
  const { seed, split, epoch } = of;
  const { height, width } = shape;
  const random = stream(seed, "dataset", "augment", split, epoch, index);
  const offset = () => (cropPadding === 0 ? 0 : random.below(2 * cropPadding + 1) - cropPadding);
  const down = offset();
  const right = offset();
  const flipped = flip && random.below(2) === 1;
  // Each from a stream of its own: what is drawn for a crop never depends on the policy.
  const area = cropArea === 0 ? null : drawArea(of, index, cropArea, source);
  const adjustments = [...drawPolicy(of, index, policy, shape), ...drawJitter(of, index, { jitter, hue })];
  const change = { down, right, area, flip: flipped, adjustments };
  if (cutout === 0) return { ...change, cutout: null };
  const top = random.below(height) - Math.floor(cutout / 2);
  const left = random.below(width) - Math.floor(cutout / 2);
  const square = {
    top: Math.max(0, top),
    bottom: Math.min(height, top + cutout),
    left: Math.max(0, left),
    right: Math.min(width, left + cutout),
  };
  return { ...change, cutout: square };
};

/** An image in a larger array: its pixels [height, width, channels] begin at `at`. */
export type Place = { readonly pixels: Uint8Array; readonly at: number };

/**
 * Writes the changed image: crop or area, then flip, then adjustments, then cutout, straight to where it belongs.
 * @param shape of the image that is written
 * @param mean colour of the cutout, one byte a channel
 * @param sourceWidth of the rows that an area is taken from, in pixels
 */
export const augment = (
  from: Place,
  to: Place,
  shape: ImageShape,
  change: Change,
  mean: readonly number[],
  sourceWidth = shape.width,
): void => {
  const size = imageBytes(shape);
  if (change.area !== null) {
    writeArea({ ...from, width: sourceWidth }, to, shape, change.area);
    if (change.flip) flipInPlace(to, shape);
  } else if (change.down === 0 && change.right === 0 && !change.flip) {
    to.pixels.set(from.pixels.subarray(from.at, from.at + size), to.at);
  } else {
    cropAndFlip(from, to, shape, change);
  }
  for (const adjustment of change.adjustments) adjust(to.pixels, to.at, shape, adjustment);
  if (change.cutout === null) return;
  const { top, bottom, left, right } = change.cutout;
  for (let row = top; row < bottom; row++) {
    let at = to.at + (row * shape.width + left) * shape.channels;
    for (let column = left; column < right; column++) {
      for (let channel = 0; channel < shape.channels; channel++) to.pixels[at++] = mean[channel] ?? 0;
    }
  }
};

const cropAndFlip = (from: Place, to: Place, shape: ImageShape, { down, right, flip }: Change): void => {
  const { height, width, channels } = shape;
  const source = from.pixels;
  const target = to.pixels;
  target.fill(0, to.at, to.at + imageBytes(shape));
  // Columns of the crop that lie inside the image; the others stay zero.
  const first = Math.max(0, -right);
  const last = Math.min(width, width - right);
  if (first >= last) return;
  for (let row = Math.max(0, -down); row < Math.min(height, height - down); row++) {
    const start = from.at + ((row + down) * width + first + right) * channels;
    const line = to.at + row * width * channels;
    if (!flip) {
      target.set(source.subarray(start, start + (last - first) * channels), line + first * channels);
      continue;
    }
    let read = start;
    for (let column = first; column < last; column++) {
      let write = line + (width - 1 - column) * channels;
      for (let channel = 0; channel < channels; channel++) target[write++] = source[read++] ?? 0;
    }
  }
};
