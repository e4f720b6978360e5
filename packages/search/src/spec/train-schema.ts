import { z } from "zod";
import { pictureFields } from "./picture-fields.js";
import { real, whole } from "./within.js";

/** How the network that is stacked from the genotype is trained, and what it is compared with (docs/models.md). */
export const trainSchema = z.strictObject({
  seeds: whole(
    0,
    20,
    "Networks that are trained from the genotype, each with a seed of its own; 0 trains none, and the search ends with its genotype.",
  ),
  cells: whole(2, 32, "Cells of the network; those at 1/3 and 2/3 of them (rounded down) are reduction cells."),
  channels: whole(2, 512, "Channels of its first cell; each reduction doubles them."),
  epochs: whole(1, 10_000, "Epochs on all training images (weight and strength half together)."),
  batch: whole(1, 4096, "Images a step."),
  rate: real(1e-6, 10, "First learning rate of SGD. Momentum and clipping are those of `weights`."),
  leastRate: real(0, 10, "Last learning rate of SGD. At most `train.rate`."),
  schedule: z
    .enum(["cosine", "linear"])

    .describe("How the rate falls from epoch to epoch: along half a cosine, or along a line."),
  decay: real(0, 1, "Weight decay; batch norms have none."),
  auxiliary: real(
    0,
    1,
    "Weight of the loss of the auxiliary head at 2/3 of the depth; 0 trains without it. It needs 5x5 pixels there.",
  ),
  dropPath: real(0, 0.9, "Probability with which a path is dropped at the end; it grows from 0."),
  cropPadding: whole(0, 64, "Zero padding before the random crop, in pixels; 0 turns the crop off."),
  flip: z.boolean().describe("Flip left and right with probability 1/2."),
  cutout: whole(0, 256, "Side of the square that is cut out of each training image, in pixels; 0 turns it off."),
  policy: z
    .enum(["none", "autoaugment-cifar10"])

    .describe(
      "What is done to the pixels of training images between flip and cutout: nothing, or the policy that AutoAugment found for CIFAR-10.",
    ),
  ...pictureFields,
  smoothing: real(0, 0.5, "Label smoothing: the share of the target that goes to all classes alike."),
  epsilon: real(1e-8, 0.1, "What is added to the variance in batch norms."),
  randomRivals: whole(0, 100, "Random genotypes that are trained the same, each `train.seeds` times."),
  fullPrecisionTwin: z
    .boolean()

    .describe("Train the same genotype without binarization as well, the same."),
  publishedRival: z
    .boolean()

    .describe("Train the genotype that the authors published as well, the same; in the space `darts`."),
});
