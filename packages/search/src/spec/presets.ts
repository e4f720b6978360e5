import { NO_PICTURE_FIELDS } from "./picture-fields.js";
import type { Spec } from "./spec.js";
import { traitsOf } from "./strategies.js";
import { NOT_TRAINED } from "./train-recipe.js";

/** A spec of which anything may be left out. */
export type PartialSpec = {
  readonly [K in keyof Spec]?:
    | (Spec[K] extends object ? { readonly [L in keyof Spec[K]]?: Spec[K][L] } : Spec[K])
    | undefined;
};

// Origins: [P] the paper, section "Experiments", as paper.md section 5 restates it; [DARTS] what the paper takes over from
// DARTS and PC-DARTS without saying so; [PC] the code of PC-DARTS; [A] the code that the authors released; [D] our decision.
const cifar10: Spec = {
  dataset: "shapes:", // [D] the one that needs no file
  space: "darts", // [P]
  strategy: "bnas",
  binarize: "weights", // [P, as released]
  binarizer: "xnor", // [P, as released]
  sample: "half", // [P] by its count of epochs: 57 with T = 3
  parallel: 1, // [P]
  seed: 0,
  protocol: "paper", // [P]
  supernet: "mixture", // [P]
  derive: "survivors", // [P]
  none: "allowed", // [P]
  conventions: {
    xnor: "tensor", // [A]
    stemNorm: "plain", // [D] docs/conventions.md
    reductionImages: "shared", // [P] "5,000 random training images"
  },
  genotype: null,
  weight: 1,
  dedicated: false,
  budget: { gpuSeconds: 0 },
  network: {
    cells: 8, // [P]
    channels: 16, // [P]
    partial: 2, // [P] says C = 2 for CIFAR-10; the default of [PC] is 4
    stem: "cifar", // [P]
  },
  data: {
    imageSize: 0,
    limit: 0,
    reductionImages: 5000, // [P]
    cropPadding: 4, // [DARTS]
    flip: true, // [DARTS]
    cutout: 0, // [DARTS] off while searching
    ...NO_PICTURE_FIELDS, // [P] crops of padded images
    digest: "pixels",
  },
  warmup: {
    epochs: 5, // [P] L
    batch: 128, // [P]
    strengthsFrom: 0, // [D] five epochs are few: alpha and beta learn from the first
  },
  reduction: {
    passes: 3, // [P] T
    batch: 400, // [P]
    settleEpochs: 1, // [P] V
    untrained: 0, // [P]
  },
  weights: {
    rate: 0.025, // [P]
    leastRate: 0, // [P]
    momentum: 0.9, // [P]
    decay: 5e-4, // [P]
    clip: 5, // [DARTS]
  },
  strengths: {
    rate: 0.01, // [P]
    beta1: 0.5, // [DARTS]
    beta2: 0.999, // [DARTS]
    decay: 1e-3, // [DARTS]
  },
  train: NOT_TRAINED,
};

/** How [PC] changes training pictures of ImageNet, in search and in training: RandomResizedCrop, then ColorJitter(0.4, 0.4, 0.4, 0.2). */
const IMAGENET_PICTURES = {
  cropPadding: 0, // [PC] in its place:
  cropArea: 0.08, // [PC] by the default of torchvision's RandomResizedCrop, from Szegedy et al. (CVPR 2015)
  jitter: 0.4, // [DARTS, PC]
  hue: 0.2, // [DARTS, PC]
} as const;

// The paper searched ImageNet directly but gives no numbers of its own for it, so only what the larger images force differs.
const imagenet: Spec = {
  ...cifar10,
  network: {
    ...cifar10.network,
    partial: 2, // [PC] searches ImageNet with half of the channels, too
    stem: "imagenet", // [PC]
  },
  data: {
    ...cifar10.data,
    imageSize: 224, // [PC]
    ...IMAGENET_PICTURES,
    digest: "files", // [D] 1.28 million pictures fit into no memory
  },
  train: {
    ...cifar10.train,
    cells: 14, // [PC]
    channels: 48, // [PC]
    epochs: 250, // [PC]
    batch: 128, // [DARTS]; [PC] takes 1,024 at a rate of 0.5
    rate: 0.1, // [DARTS]
    schedule: "linear", // [PC]
    decay: 3e-5, // [PC]
    dropPath: 0, // [PC]
    cutout: 0, // [PC]
    policy: "none", // [PC]
    ...IMAGENET_PICTURES,
    smoothing: 0.1, // [PC]
  },
};

/**
 * [D] Minutes on a laptop: enough to see accuracy rise from round to round, not enough for a good network. Small batches at a
 * high rate make many steps of few images: on 2,000 images an epoch, samples learn far more than with the paper's 400 at 0.025.
 */
const quick: Spec = {
  ...cifar10,
  strategy: "posterior", // what wins on a table of true accuracies: docs/rigor.md
  derive: "estimate",
  protocol: "fair", // with it, and so many images, more of a score is the network: docs/rigor.md
  network: { ...cifar10.network, cells: 3, channels: 8 },
  data: { ...cifar10.data, limit: 4000, reductionImages: 1200, cropPadding: 2 },
  warmup: { epochs: 2, batch: 32, strengthsFrom: 0 },
  reduction: { ...cifar10.reduction, passes: 1, batch: 32 },
  weights: { ...cifar10.weights, rate: 0.1 },
  train: {
    ...cifar10.train,
    cells: 5,
    channels: 12,
    epochs: 15,
    batch: 32,
    rate: 0.1,
    auxiliary: 0, // small images have no 5x5 pixels at 2/3 of the depth
    dropPath: 0, // so short a training does not overfit
    cropPadding: 2,
    cutout: 0,
    policy: "none", // it needs many epochs
  },
};

/** [D] Under a minute on small images: shows that everything is wired. Three cells are the fewest with both kinds of cell. */
const smoke: Spec = {
  ...quick,
  strategy: "bnas", // shows the paper's
  derive: "survivors",
  protocol: "paper", // 20 steps an epoch are too few to anneal
  data: { ...quick.data, limit: 800, reductionImages: 200 },
  warmup: { ...quick.warmup, epochs: 1, batch: 20 },
  reduction: { ...quick.reduction, batch: 20 },
  train: { ...quick.train, cells: 3, channels: 8, epochs: 10, batch: 20 },
};

const PRESETS = { smoke, quick, cifar10, imagenet } as const;

export type PresetName = keyof typeof PRESETS;
export const DEFAULT_PRESET: PresetName = "cifar10";
export const PRESET_NAMES: readonly PresetName[] = ["smoke", "quick", "cifar10", "imagenet"];
export const isPresetName = (word: unknown): word is PresetName => PRESET_NAMES.some((name) => name === word);

/**
 * PC-DARTS as the baseline in its own right, with the length, batch and rate of its authors (paper.md section 3) in place of
 * the paper's warm-up. The rest is the preset's, so that the two strategies differ in nothing else.
 */
const BASELINE: PartialSpec = {
  warmup: { epochs: 50, strengthsFrom: 15, batch: 256 },
  weights: { rate: 0.1 },
};

/** A preset, complete; what it is for a strategy, where the strategy has numbers of its own. */
export const preset = (name: PresetName, strategy: Spec["strategy"] = PRESETS[name].strategy): Spec => {
  const [derive = "survivors"] = traitsOf(strategy).derive;
  const { data } = PRESETS[name];
  const complete: Spec = {
    ...PRESETS[name],
    strategy,
    derive,
    // No sample is evaluated, so a small dataset need not have as many.
    ...(strategy === "given" ? { data: { ...data, reductionImages: 1 } } : {}),
  };
  if (name !== "cifar10" || strategy !== "pc-darts") return complete;
  return {
    ...complete,
    warmup: { ...complete.warmup, ...BASELINE.warmup },
    weights: { ...complete.weights, ...BASELINE.weights },
  };
};
