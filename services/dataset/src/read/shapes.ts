import { setImmediate } from "node:timers/promises";
import { type Stream, stream } from "@bnas/search";
import { type DatasetInMemory, imageBytes, type LabelledImages } from "../divide/dataset.js";
import { withinBudget } from "./memory-budget.js";
import { SHAPES, type ShapesOptions } from "./shapes-options.js";

type ShapeName = (typeof SHAPES)[number];

/** Whether a point belongs to a shape, in the shape's own upright square from -1 to 1 (x to the right, y down). */
const INSIDE: Readonly<Record<ShapeName, (x: number, y: number) => boolean>> = {
  circle: (x, y) => x * x + y * y <= 1,
  square: (x, y) => within(x, y, 0.9),
  triangle: (x, y) => y >= -1 && y <= 0.8 && Math.abs(x) <= (y + 1) * 0.56,
  cross: (x, y) => within(x, y, 1) && Math.min(Math.abs(x), Math.abs(y)) <= 0.3,
  ring: (x, y) => x * x + y * y <= 1 && x * x + y * y >= 0.36,
  stripes: (x, y) => within(x, y, 1) && Math.floor((y + 1) * 2.5) % 2 === 0,
  checkerboard: (x, y) => within(x, y, 0.95) && (Math.floor((x + 1) * 2) + Math.floor((y + 1) * 2)) % 2 === 0,
  frame: (x, y) => within(x, y, 0.95) && !within(x, y, 0.55),
};
const within = (x: number, y: number, half: number): boolean => Math.abs(x) <= half && Math.abs(y) <= half;

/** Points a side that are tried within a pixel, for soft edges. */
const SAMPLES = 3;
/** Half the side of a shape, as a share of the image's side. */
const LEAST_RADIUS = 0.27;
const MOST_RADIUS = 0.42;
/** Tangent of half the greatest turn: 15 degrees either way. */
const MOST_TURN = 0.13;
/** Values of a channel: the dark colour's from 0, the light one's from LIGHT, which leaves an overlap. */
const VALUES_A_SHADE = 150;
const LIGHT = 106;
/** Least by which the light colour is lighter, summed over the three channels. */
const LEAST_CONTRAST = 220;
/** Greatest change of a value by noise. */
const NOISE = 20;

/** Pixels that are drawn before other calls have their turn: some milliseconds. */
const PIXELS_A_PIECE = 2 ** 14;

/**
 * The built-in dataset: one shape an image, in random colours on a background of another colour, at random place, size and
 * turn, with noise. Classes take turns, so that every prefix is balanced; fewer images are a prefix of more.
 * @param side of the images in pixels
 */
export const drawShapes = async (
  uri: string,
  options: ShapesOptions,
  side: number,
  budget: number,
  signal?: AbortSignal,
): Promise<DatasetInMemory> => {
  const shape = { height: side, width: side, channels: 3 };
  withinBudget(uri, (options.images + options.test) * imageBytes(shape), budget);
  const turns: Turns = { drawn: 0, signal };
  const classes = SHAPES.slice(0, options.classes);
  const part = async (name: string, count: number): Promise<LabelledImages> => {
    const random = stream(options.seed, "dataset", "shapes", name);
    const pixels = new Uint8Array(count * imageBytes(shape));
    const labels = new Uint16Array(count);
    for (let image = 0; image < count; image++) {
      const label = image % classes.length;
      labels[image] = label;
      await drawShape(classes[label] ?? "circle", random, side, pixels, image * imageBytes(shape), turns);
    }
    return { pixels, labels };
  };
  return { classes, ...shape, train: await part("train", options.images), test: await part("test", options.test) };
};

/** Pixels since other calls had their turn, and what ends the drawing. */
type Turns = { drawn: number; readonly signal: AbortSignal | undefined };

/** Draws one image of `side` x `side` x 3 values at `at`. */
const drawShape = async (
  name: ShapeName,
  random: Stream,
  side: number,
  pixels: Uint8Array,
  at: number,
  turns: Turns,
): Promise<void> => {
  const inside = INSIDE[name];
  const between = (least: number, most: number) => least + (most - least) * random.next();
  const radius = between(LEAST_RADIUS, MOST_RADIUS) * side;
  const centreX = between(radius, side - radius);
  const centreY = between(radius, side - radius);
  // Sine and cosine from the half angle's tangent: divisions are the same on every machine, Math.sin need not be.
  const half = between(-MOST_TURN, MOST_TURN);
  const cosine = (1 - half * half) / (1 + half * half);
  const sine = (2 * half) / (1 + half * half);
  const [ink, paper] = twoColours(random);
  let write = at;
  for (let row = 0; row < side; row++) {
    turns.drawn += side;
    if (turns.drawn >= PIXELS_A_PIECE) {
      turns.drawn = 0;
      await setImmediate();
      turns.signal?.throwIfAborted();
    }
    for (let column = 0; column < side; column++) {
      let covered = 0;
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES - centreX) / radius;
        const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES - centreY) / radius;
        if (inside(x * cosine + y * sine, y * cosine - x * sine)) covered++;
      }
      const share = covered / (SAMPLES * SAMPLES);
      for (let channel = 0; channel < 3; channel++) {
        const clean = (ink[channel] ?? 0) * share + (paper[channel] ?? 0) * (1 - share);
        const noisy = Math.round(clean) + random.below(2 * NOISE + 1) - NOISE;
        pixels[write++] = Math.min(255, Math.max(0, noisy));
      }
    }
  }
};

type Colour = readonly number[];

/** A light colour on a dark one: were either way allowed, a network would need thousands of images to see that it is no matter. */
const twoColours = (random: Stream): readonly [Colour, Colour] => {
  const colour = (darkest: number): Colour => [0, 1, 2].map(() => darkest + random.below(VALUES_A_SHADE));
  for (;;) {
    const ink = colour(LIGHT);
    const paper = colour(0);
    const contrast = ink.reduce((sum, value, channel) => sum + value - (paper[channel] ?? 0), 0);
    if (contrast >= LEAST_CONTRAST) return [ink, paper];
  }
};
