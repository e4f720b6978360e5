import { invalidInput, nearest } from "@bnas/errors";
import { fullSpace } from "../space/space.js";
import { spaceOf } from "./space-of.js";
import type { Spec } from "./spec.js";
import { STRATEGY_NAMES, traitsOf } from "./strategies.js";

/** What must hold between fields, each by its own range already. @throws InvalidInput for the first rule that is broken */
export const checkSpec = (spec: Spec): void => {
  checkTwins(spec);
  checkBinarizer(spec);
  checkDerive(spec);
  checkNone(spec);
  checkUntrained(spec);
  checkNetwork(spec);
  checkCrop("data", spec.data);
  checkCrop("train", spec.train);
  checkImages(spec);
  checkTraining(spec);
  checkGiven(spec);
  checkModels(spec);
};

/**
 * What the sides of an image in pixels must be a multiple of. A factorized reduce needs an even height at both reduction cells, and
 * the ImageNet stem halves three times before them.
 */
export const sideMultiple = ({ stem }: Pick<Spec["network"], "stem">): number => (stem === "imagenet" ? 32 : 4);

const refuse = (key: string, value: unknown, allowed: string, hint: string): never => {
  throw invalidInput(`spec.${key}`, value, allowed, hint);
};

/** A sample without binarization is its own twin, and the score would be its accuracy. */
const checkTwins = ({ strategy, binarize }: Spec): void => {
  if (traitsOf(strategy).twins !== true || binarize !== "none") return;
  refuse(
    "binarize",
    binarize,
    `weights or weights+activations with strategy ${strategy}`,
    "It compares each sample with its full-precision twin; strategy bnas searches without binarization.",
  );
};

/** PCNN has scales of its own rule, and where nothing is binarized there is nothing to project. */
const checkBinarizer = ({ binarizer, binarize, conventions: { xnor } }: Spec): void => {
  if (binarizer === "xnor") return;
  if (binarize === "none") {
    refuse("binarizer", binarizer, "xnor with binarize none", "Nothing gets one bit there: leave binarizer out.");
  }
  if (xnor !== "tensor") {
    const hint = "PCNN has one scale for each convolution; leave conventions.xnor out.";
    refuse("conventions.xnor", xnor, "tensor with binarizer pcnn", hint);
  }
};

const checkDerive = ({ strategy, derive }: Spec): void => {
  const { derive: offered } = traitsOf(strategy);
  if (offered.includes(derive)) return;
  const others = STRATEGY_NAMES.filter((name) => traitsOf(name).derive.includes(derive));
  refuse(
    "derive",
    derive,
    `${offered.join(", ")} with strategy ${strategy}`,
    `Write derive: ${nearest(derive, offered)}; ${others.join(", ")} can do ${derive}.`,
  );
};

/** The other strategies decide by what was trained alone. */
const checkUntrained = ({ strategy, reduction: { untrained = 0 } }: Spec): void => {
  if (untrained === 0 || strategy === "posterior") return;
  refuse("reduction.untrained", untrained, `0 with strategy ${strategy}`, "Only posterior makes something of it.");
};

/** Without `none` every edge must still have candidates, equally many: a pass draws each once. */
const checkNone = (spec: Spec): void => {
  if (spec.none === "allowed") return;
  const counts = new Set(
    Object.values(fullSpace(spaceOf(spec)))
      .flat()
      .map(({ length }) => length),
  );
  if (counts.size === 1 && !counts.has(0)) return;
  refuse("none", spec.none, "allowed with this space", "Without none its edges differ in their number of operations.");
};

/** A genotype is given where it is the answer, and nowhere else. */
const checkGiven = ({ strategy, genotype }: Spec): void => {
  if ((strategy === "given") === (genotype !== null)) return;
  if (genotype === null) {
    refuse(
      "genotype",
      genotype,
      "a genotype with strategy given",
      "Name one in any form of docs/genotypes.md, or published.",
    );
  }
  refuse("genotype", "a genotype", `none with strategy ${strategy}`, "Leave it out to search, or set strategy: given.");
};

/** The networks that are trained from the genotype. */
const checkModels = (spec: Spec): void => {
  const { seeds, rate, leastRate, batch, cutout, publishedRival } = spec.train;
  if (seeds === 0) return;
  if (leastRate > rate) {
    refuse(
      "train.leastRate",
      leastRate,
      `at most train.rate, which is ${rate}`,
      "The rate falls from one to the other.",
    );
  }
  const { limit, imageSize } = spec.data;
  if (limit > 0 && batch > limit) {
    refuse(
      "train.batch",
      batch,
      `at most data.limit, which is ${limit}`,
      "A batch must fit; raise data.limit or lower this.",
    );
  }
  if (imageSize > 0 && cutout > imageSize) {
    const hint = "A larger square would cut out the whole image.";
    refuse("train.cutout", cutout, `at most data.imageSize, which is ${imageSize}`, hint);
  }
  if (publishedRival && spaceOf(spec).name !== "darts") {
    refuse(
      "train.publishedRival",
      publishedRival,
      "false in this space",
      "The authors' genotype is one of the space darts.",
    );
  }
};

const checkNetwork = ({ network: { channels, partial }, network, data: { imageSize, cutout } }: Spec): void => {
  if (channels % partial !== 0) {
    refuse(
      "network.partial",
      partial,
      `a divisor of network.channels, which is ${channels}`,
      `1/${partial} of ${channels} channels is no whole number; try network.channels: ${partial * Math.ceil(channels / partial)}.`,
    );
  }
  const multiple = sideMultiple(network);
  if (imageSize % multiple !== 0) {
    refuse(
      "data.imageSize",
      imageSize,
      `0 or a multiple of ${multiple} with network.stem ${network.stem}`,
      `Every reduction halves the image; try ${multiple * Math.max(1, Math.round(imageSize / multiple))}.`,
    );
  }
  if (imageSize > 0 && cutout > imageSize) {
    refuse(
      "data.cutout",
      cutout,
      `at most data.imageSize, which is ${imageSize}`,
      "A larger square would cut out the whole image.",
    );
  }
};

/** An image is cropped in one way. */
const checkCrop = (section: "data" | "train", { cropArea = 0, cropPadding }: Spec["data"] | Spec["train"]): void => {
  if (cropArea === 0 || cropPadding === 0) return;
  refuse(
    `${section}.cropPadding`,
    cropPadding,
    `0 with ${section}.cropArea, which is ${cropArea}`,
    `An image is cropped in one way: write ${section}.cropPadding: 0, or ${section}.cropArea: 0.`,
  );
};

const checkImages = ({ data: { limit, reductionImages }, conventions, warmup, reduction, strategy }: Spec): void => {
  const { trains } = traitsOf(strategy);
  if (limit === 0 || trains === "nothing") return;
  const samples = trains === "rounds" || trains === "samples";
  const apart = conventions.reductionImages === "disjoint" ? reductionImages : 0;
  const half = Math.floor(Math.max(0, limit - apart) / 2);
  if (samples && reductionImages > limit) {
    refuse(
      "data.reductionImages",
      reductionImages,
      `at most data.limit, which is ${limit}`,
      "Samples are evaluated on training images that the limit leaves; raise data.limit or lower this.",
    );
  }
  for (const [key, batch] of [
    ["warmup.batch", warmup.batch],
    ["reduction.batch", reduction.batch],
  ] as const) {
    if (batch > half && (key === "warmup.batch" || samples)) {
      refuse(
        key,
        batch,
        `at most ${apart > 0 ? "half of what data.reductionImages leave of data.limit" : "half of data.limit"}, which is ${half}`,
        "Half of the images train the weights, and a batch must fit.",
      );
    }
  }
};

const checkTraining = ({ strategy, sample, supernet, warmup: { epochs, strengthsFrom }, weights }: Spec): void => {
  if (weights.leastRate > weights.rate) {
    refuse(
      "weights.leastRate",
      weights.leastRate,
      `at most weights.rate, which is ${weights.rate}`,
      "The rate falls from one to the other.",
    );
  }
  if (strengthsFrom > epochs) {
    refuse(
      "warmup.strengthsFrom",
      strengthsFrom,
      `at most warmup.epochs, which is ${epochs}`,
      "Raise warmup.epochs or lower this.",
    );
  }
  const { trains, plans } = traitsOf(strategy);
  if (trains === "nothing") return;
  if (epochs === 0) {
    refuse(
      "warmup.epochs",
      epochs,
      `at least 1 with strategy ${strategy}`,
      trains !== "warm-up"
        ? "The first sample starts from the weights of the warm-up (Algorithm 1, line 1); the paper takes 5."
        : "The warm-up is all that PC-DARTS trains; its authors take 50.",
    );
  }
  const alphaDecides = trains === "warm-up" || (trains === "rounds" && !plans && sample === "half");
  if (alphaDecides && supernet === "paths") {
    refuse(
      "supernet",
      supernet,
      `mixture with strategy ${strategy}${trains === "warm-up" ? "" : " and sample: half"}`,
      trains === "warm-up"
        ? "The strengths decide the genotype, and paths do not train them."
        : "Line 3 samples by strengths, which paths do not train; sample: all does without them, and so does strategy posterior.",
    );
  }
  if (alphaDecides && strengthsFrom === epochs) {
    refuse(
      "warmup.strengthsFrom",
      strengthsFrom,
      `below warmup.epochs, which is ${epochs}`,
      trains !== "warm-up"
        ? "Line 3 samples by the strengths of the warm-up, and they would not be trained; sample: all does without them."
        : "The strengths decide the genotype, and they would not be trained.",
    );
  }
};
