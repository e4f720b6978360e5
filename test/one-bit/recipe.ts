import { parseSpec, type Spec } from "@bnas/search";
import { genotypeOf, type OneBitCell, oneBitSpace } from "./space.js";

/** What the cells are trained on: a column of the table each, in the order in which they are filled. */
export const DATASETS = ["fashion-mnist", "cifar10"] as const;
export type DatasetName = (typeof DATASETS)[number];

/** Each cell is trained with these, one after the other. */
export const SEEDS = [1, 2, 3] as const;

/** Images of the test split that a cell is evaluated on: as many as the part of CIFAR-10 has. */
export const TEST_IMAGES = 2000;

/**
 * How a cell is trained: so small that one core trains some 400 cells an hour. Three cells of 8, 16 and 32 channels between full
 * precision stem and blocks, 16x16 pixels, 2,000 images, 5 epochs, 1-bit weights.
 */
export const recipeOf = (cell: OneBitCell, seed: number, uri: string): Spec =>
  parseSpec({
    preset: "quick",
    strategy: "given",
    space: oneBitSpace,
    genotype: genotypeOf(cell),
    dataset: uri,
    seed,
    binarize: "weights",
    data: { limit: 2000, imageSize: 16 },
    train: { seeds: 1, cells: 5, channels: 8, epochs: 5, batch: 32, cropPadding: 1 },
  });

/** What searches are compared by: how the supernet is trained and for how long, and how many passes are evaluated without training. */
export type Supernet = { readonly supernet: Spec["supernet"]; readonly epochs: number; readonly untrained?: number };

/** A search of the same space on the same images, with networks of the same size. */
export const searchOf = (
  strategy: Spec["strategy"],
  seed: number,
  uri: string,
  { supernet, epochs, untrained = 0 }: Supernet = { supernet: "mixture", epochs: 2 },
): Spec =>
  parseSpec({
    preset: "quick",
    strategy,
    supernet,
    warmup: { epochs },
    reduction: { untrained },
    space: oneBitSpace,
    dataset: uri,
    seed,
    binarize: "weights",
    network: { cells: 5, channels: 8, partial: 1 },
    data: { limit: 4000, imageSize: 16, reductionImages: 1200, cropPadding: 1 },
  });
