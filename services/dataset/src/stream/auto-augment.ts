import { type Stream, stream } from "@bnas/search";
import type { ImageShape } from "../divide/dataset.js";
import type { Epoch } from "../divide/epoch.js";
import type { Adjustment } from "./adjustment.js";

/** Ways of changing the pixels of training images beside crop, flip and cutout. */
export const POLICIES = ["none", "autoaugment-cifar10"] as const;

type OperationName = keyof typeof OPERATIONS;

/** An operation, the probability that it is done, and its magnitude from 0 to 9. */
type Tried = readonly [operation: OperationName, probability: number, magnitude: number];

/**
 * The policy that AutoAugment found for CIFAR-10 (Cubuk et al., CVPR 2019, appendix): of its 25 sub-policies one is drawn for an image, and its
 * two operations are tried one after the other. Ranges of magnitudes are those of the paper's table 6, in ten steps.
 */
const CIFAR10: readonly (readonly [Tried, Tried])[] = [
  [
    ["invert", 0.1, 7],
    ["contrast", 0.2, 6],
  ],
  [
    ["rotate", 0.7, 2],
    ["translateX", 0.3, 9],
  ],
  [
    ["sharpness", 0.8, 1],
    ["sharpness", 0.9, 3],
  ],
  [
    ["shearY", 0.5, 8],
    ["translateY", 0.7, 9],
  ],
  [
    ["autoContrast", 0.5, 8],
    ["equalize", 0.9, 2],
  ],
  [
    ["shearY", 0.2, 7],
    ["posterize", 0.3, 7],
  ],
  [
    ["color", 0.4, 3],
    ["brightness", 0.6, 7],
  ],
  [
    ["sharpness", 0.3, 9],
    ["brightness", 0.7, 9],
  ],
  [
    ["equalize", 0.6, 5],
    ["equalize", 0.5, 1],
  ],
  [
    ["contrast", 0.6, 7],
    ["sharpness", 0.6, 5],
  ],
  [
    ["color", 0.7, 7],
    ["translateX", 0.5, 8],
  ],
  [
    ["equalize", 0.3, 7],
    ["autoContrast", 0.4, 8],
  ],
  [
    ["translateY", 0.4, 3],
    ["sharpness", 0.2, 6],
  ],
  [
    ["brightness", 0.9, 6],
    ["color", 0.2, 8],
  ],
  [
    ["solarize", 0.5, 2],
    ["invert", 0, 3],
  ],
  [
    ["equalize", 0.2, 0],
    ["autoContrast", 0.6, 0],
  ],
  [
    ["equalize", 0.2, 8],
    ["equalize", 0.6, 4],
  ],
  [
    ["color", 0.9, 9],
    ["equalize", 0.6, 6],
  ],
  [
    ["autoContrast", 0.8, 4],
    ["solarize", 0.2, 8],
  ],
  [
    ["brightness", 0.1, 3],
    ["color", 0.7, 0],
  ],
  [
    ["solarize", 0.4, 5],
    ["autoContrast", 0.9, 3],
  ],
  [
    ["translateY", 0.9, 9],
    ["translateY", 0.7, 9],
  ],
  [
    ["autoContrast", 0.9, 2],
    ["solarize", 0.8, 3],
  ],
  [
    ["equalize", 0.8, 8],
    ["invert", 0.1, 3],
  ],
  [
    ["translateY", 0.7, 9],
    ["autoContrast", 0.9, 1],
  ],
];

/** What the policy does to the image at an index of an epoch's order: nothing, one operation or two. A function of its arguments alone. */
export const drawPolicy = (
  { seed, split, epoch }: Epoch,
  index: number,
  policy: string,
  shape: ImageShape,
): readonly Adjustment[] => {
  if (policy !== "autoaugment-cifar10") return [];
  const random = stream(seed, "dataset", "policy", split, epoch, index);
  const tried = CIFAR10[random.below(CIFAR10.length)] ?? [];
  return tried.flatMap(([operation, probability, magnitude]) =>
    random.next() < probability ? [OPERATIONS[operation](magnitude / 9, random, shape)] : [],
  );
};

/** +share or -share of a range. */
const signed = (share: number, range: number, random: Stream): number =>
  random.below(2) === 1 ? share * range : -share * range;

const IDENTITY = {
  rows: { byRow: 1, byColumn: 0, offset: 0 },
  columns: { byRow: 0, byColumn: 1, offset: 0 },
} as const;

/** 150 of the 331 pixels of the images that the paper's table speaks of. */
const MOST_TRANSLATED = 150 / 331;

/** Of an angle of 20/3 degrees, magnitude 2, the only one that the policy turns by. A machine's own sine may differ in the last bit. */
const TURNED = { sine: 0.11609291412523023, cosine: 0.993238357741943 } as const;

/** Operations by name. @param share of the range of its magnitude, from 0 to 1 */
const OPERATIONS = {
  shearX: (share: number, random: Stream): Adjustment => ({
    kind: "warp",
    ...IDENTITY,
    columns: { ...IDENTITY.columns, byRow: signed(share, 0.3, random) },
  }),
  shearY: (share: number, random: Stream): Adjustment => ({
    kind: "warp",
    ...IDENTITY,
    rows: { ...IDENTITY.rows, byColumn: signed(share, 0.3, random) },
  }),
  translateX: (share: number, random: Stream, { width }: ImageShape): Adjustment => ({
    kind: "warp",
    ...IDENTITY,
    columns: { ...IDENTITY.columns, offset: signed(share, MOST_TRANSLATED * width, random) },
  }),
  translateY: (share: number, random: Stream, { height }: ImageShape): Adjustment => ({
    kind: "warp",
    ...IDENTITY,
    rows: { ...IDENTITY.rows, offset: signed(share, MOST_TRANSLATED * height, random) },
  }),
  rotate: (_: number, random: Stream): Adjustment => {
    const sine = signed(1, TURNED.sine, random);
    return {
      kind: "warp",
      rows: { byRow: TURNED.cosine, byColumn: sine, offset: 0 },
      columns: { byRow: -sine, byColumn: TURNED.cosine, offset: 0 },
    };
  },
  color: (share: number): Adjustment => ({ kind: "color", factor: 0.1 + 1.8 * share }),
  contrast: (share: number): Adjustment => ({ kind: "contrast", factor: 0.1 + 1.8 * share }),
  brightness: (share: number): Adjustment => ({ kind: "brightness", factor: 0.1 + 1.8 * share }),
  sharpness: (share: number): Adjustment => ({ kind: "sharpness", factor: 0.1 + 1.8 * share }),
  invert: (): Adjustment => ({ kind: "invert" }),
  autoContrast: (): Adjustment => ({ kind: "autoContrast" }),
  equalize: (): Adjustment => ({ kind: "equalize" }),
  posterize: (share: number): Adjustment => ({ kind: "posterize", bits: Math.round(8 - 4 * share) }),
  solarize: (share: number): Adjustment => ({ kind: "solarize", from: Math.round(256 * (1 - share)) }),
} as const;
