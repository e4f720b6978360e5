import { z } from "zod";
import { genotypeSchema } from "../genotype/genotype-schema.js";
import { spaceSchema } from "../space/space-schema.js";
import { pictureFields } from "./picture-fields.js";
import { DERIVES, STRATEGY_NAMES } from "./strategies.js";
import { NOT_TRAINED } from "./train-recipe.js";
import { trainSchema } from "./train-schema.js";
import { real, whole } from "./within.js";

/** What a search is asked to do, complete. docs/spec.md shows every field; parse-spec.ts fills what is left out. */
export const specSchema = z.strictObject({
  dataset: z
    .string()
    .min(1)
    .describe("Dataset URI: `cifar10:PATH`, `cifar100:PATH`, `idx:DIR`, `folder:DIR` or `shapes:[?options]`."),
  space: z
    .union([z.string().min(1), spaceSchema])
    // Facts that are older than spaces have none, and are kept as they are; parseSpec fills it in.
    .exactOptional()
    .describe(
      "What is searched: `darts`, `nas-bench-201`, or a whole description (docs/space.md). Absent in old facts: `darts`.",
    ),
  strategy: z
    .enum(STRATEGY_NAMES)
    .describe(
      "`bnas`: Algorithm 1. `bnas-ucb`: its journal version, by upper confidence bounds. `cp-nas`: the same with the score of CP-NAS, by what each sample gains without binarization. `posterior`: its frame with one estimate of all samples so far, which chooses what is sampled, what goes and what is answered. `random-search`, `evolution`: as many samples, the best of them. `pc-darts`: the warm-up alone, then the strongest operations. `random`: drawn by seed, without a search. `given`: the field `genotype`, without a search.",
    ),
  binarize: z
    .enum(["weights", "weights+activations", "none"])
    .describe(
      "What is 1-bit in the cells: `weights` as the authors released, `weights+activations` fully (engines then differ where a sign meets a rounded 0: docs/conventions.md), `none` is the full-precision twin.",
    ),
  binarizer: z
    .enum(["xnor", "pcnn"])
    .default("xnor")
    .describe(
      "How weights get one bit. `xnor`: their sign and their mean magnitude, as the authors released. `pcnn`: the paper's second method, by a projection that is learned and a projection loss.",
    ),
  sample: z
    .enum(["half", "all"])
    .describe(
      "`half`: a pass samples the ceil(K/2) operations of least alpha of every edge (line 3); `all`: every one.",
    ),
  parallel: whole(
    1,
    8,
    "Samples of a pass trained side by side. 1 is the paper's order: each starts from the weights of the last. From 2 on each starts from those of the pass, which is merged when all are trained; the answer is the same for 2 as for 8.",
  ),
  seed: whole(0, 4294967295, "Everything random in the search follows from it."),
  // The next nine, `binarizer` and `train` are younger than facts of version 1, whose specs lack them: so they have a default here.
  protocol: z
    .enum(["paper", "fair"])
    .default("paper")
    .describe(
      "How the samples of a pass are trained. `paper`: each in its own order of the images, at the rate of its job. `fair`: all from one checkpoint, whatever `parallel` is, on the same images in the same order with the same augmentation, at one rate that falls within the epoch; then they are merged.",
    ),
  supernet: z
    .enum(["mixture", "paths"])
    .default("mixture")
    .describe(
      "How the epochs of the supernet are trained (lines 1 and 14). `mixture`: every edge gives the mixture of its candidates, weighed by their strengths, as the paper does. `paths`: each batch trains a pass of networks drawn for it, one operation an edge, so that every operation takes a step alone, as it will be evaluated; strengths stay as they are.",
    ),
  derive: z
    .enum(DERIVES)
    .default("survivors")
    .describe(
      "What the genotype is taken from. `survivors`: what is left on every edge. `best-sample`: the sample of greatest accuracy. `estimate`: the better of the two by the estimate of all samples. A strategy offers those that it has: `docs/strategies.md`.",
    ),
  none: z
    .enum(["allowed", "excluded"])
    .default("allowed")
    .describe("Whether the operation `none` competes on the edges; without it the search has a round less."),
  conventions: z
    .strictObject({
      xnor: z
        .enum(["tensor", "channel"])
        .describe(
          "Of what a scale of 1-bit weights is the mean: `tensor`, of all weights of a convolution, as the authors released; `channel`, of the weights of an output channel, as XNOR-Net.",
        ),
      stemNorm: z
        .enum(["plain", "affine"])
        .describe(
          "Whether the batch norm of the stem has a scale and a shift that are trained: `affine` as DARTS and PC-DARTS, `plain` like all others of a search.",
        ),
      reductionImages: z
        .enum(["shared", "disjoint"])
        .describe(
          "`shared`: samples are evaluated on images drawn from all in use, as in the paper, about half of which train their weights. `disjoint`: on images of their own; the two halves share the rest.",
        ),
    })
    .default({ xnor: "tensor", stemNorm: "plain", reductionImages: "shared" }),
  genotype: z
    .union([z.null(), genotypeSchema])
    .default(null)
    .describe("With strategy `given` the genotype, in any form that docs/genotypes.md has; else null."),
  weight: whole(
    1,
    1000,
    "Share of the trainers beside other searches: one of weight 2 gets twice the jobs of one of weight 1. Changes no result.",
  ).default(1),
  dedicated: z
    .boolean()
    .default(false)
    .describe(
      "Only trainers that are started for this search (setting `search`) take its jobs; shared ones leave it alone. Changes no result.",
    ),
  budget: z
    .strictObject({
      gpuSeconds: whole(
        0,
        1_000_000_000,
        "Seconds that trainers may train for the search, in all. Once they are spent it ends with the best genotype that its facts give, so the answer depends on the speed of the machines; 0 is no limit.",
      ),
    })
    .default({ gpuSeconds: 0 }),
  network: z.strictObject({
    cells: whole(
      2,
      32,
      "Cells of the search network; those at 1/3 and 2/3 of them (rounded down) are reduction cells.",
    ),
    channels: whole(2, 512, "Channels of the first cell; each reduction doubles them."),
    partial: whole(
      1,
      64,
      "C of PC-DARTS: 1/C of the channels pass the operations of an edge. Divides `network.channels`.",
    ),
    stem: z
      .enum(["cifar", "imagenet"])
      .describe("`cifar`: one 3x3 convolution; `imagenet`: three of stride 2, an eighth of the height and width."),
  }),
  data: z.strictObject({
    imageSize: z
      .union([z.literal(0), z.int().min(8).max(512)])
      .describe(
        "Side of the square images that the network sees, in pixels; 0 keeps the dataset's own. A multiple of 4, or of 32 with the `imagenet` stem.",
      ),
    limit: whole(0, 10_000_000, "Use so many training images, drawn by seed; 0 uses all."),
    reductionImages: whole(
      1,
      1_000_000,
      "Images on which every sample is evaluated (line 8). At most `data.limit`, where that is set.",
    ),
    cropPadding: whole(0, 64, "Zero padding before the random crop, in pixels; 0 turns the crop off."),
    flip: z.boolean().describe("Flip left and right with probability 1/2."),
    cutout: whole(0, 256, "Side of the square that is cut out of each training image, in pixels; 0 turns it off."),
    ...pictureFields,
    digest: z
      .enum(["pixels", "files"])
      .exactOptional()
      .describe(
        "What the digest of a folder's images covers, and so what is decoded to open it. `pixels`: every image in use, whose mean and deviation normalize; they must fit into the memory of the dataset service. `files`: the files, and mean and deviation are of at most 2,048 training images; for folders of any size. Other datasets: always `pixels`.",
      ),
  }),
  warmup: z.strictObject({
    epochs: whole(
      0,
      10_000,
      "L: epochs of supernet training before the first round (line 1). At least 1, except for `random`.",
    ),
    batch: whole(1, 4096, "Images a step during the warm-up."),
    strengthsFrom: whole(
      0,
      10_000,
      "Epochs that train weights alone before alpha and beta join. Below `warmup.epochs` wherever alpha decides.",
    ),
  }),
  reduction: z.strictObject({
    passes: whole(1, 100, "T: passes over the operations in a round (line 4)."),
    batch: whole(1, 4096, "Images a step while reducing."),
    settleEpochs: whole(0, 100, "V: epochs of supernet training after a round (line 14)."),
    // Younger than facts of version 1, which lack it: absent is 0.
    untrained: whole(
      0,
      16,
      "Passes of networks that are evaluated with the weights of the supernet alone before a round trains its samples: cheap, and noisier. Only with strategy `posterior`.",
    ).exactOptional(),
  }),
  weights: z.strictObject({
    rate: real(1e-6, 10, "First learning rate of SGD; it falls by cosine over all epochs of the search."),
    leastRate: real(0, 10, "Last learning rate of SGD. At most `weights.rate`."),
    momentum: real(0, 0.999, "Momentum of SGD."),
    decay: real(0, 1, "Weight decay."),
    clip: real(1e-3, 1e6, "Norm at which the gradient of all weights is clipped."),
  }),
  strengths: z.strictObject({
    rate: real(1e-6, 10, "Learning rate of Adam for alpha and beta."),
    beta1: real(0, 0.9999, "First decay rate of Adam."),
    beta2: real(0, 0.9999, "Second decay rate of Adam."),
    decay: real(0, 1, "Weight decay of alpha and beta."),
  }),
  train: trainSchema.default(NOT_TRAINED),
});

export type Spec = z.infer<typeof specSchema>;
