import { invalidInput } from "@bnas/errors";
import type { SplitPlan } from "@bnas/proto";
import { stream } from "@bnas/search";
import { LRUCache } from "lru-cache";
import { type Dataset, datasetBytes, imageBytes, isStored } from "../divide/dataset.js";
import { type Splits, split } from "../divide/split.js";
import { byClass, draw, proportions } from "../divide/stratified.js";
import { withinBudget } from "../read/memory-budget.js";
import { type Opening, openingKey } from "../read/open-dataset.js";
import { type ChannelStatistics, channelStatistics } from "./channel-statistics.js";
import { digest, fileDigest } from "./digest.js";
import { SharedWork } from "./shared-work.js";

/** A dataset that is open, divided as a plan says. What takes long to compute is computed once, when it is first asked for. */
export type Planned = {
  readonly dataset: Dataset;
  readonly splits: Splits;
  readonly statistics: SharedWork<ChannelStatistics>;
  readonly digest: SharedWork<string>;
};

type Entry = { readonly dataset: SharedWork<Dataset>; readonly plans: LRUCache<string, Planned>; bytes: number };

const PLANS_A_DATASET = 16;

/** However small they are: what is kept beside the images of a dataset is not counted in the budget. */
const MOST_DATASETS = 64;

/**
 * The open datasets. A caller that asks for one that is being opened waits for the same opening; a failed opening is forgotten;
 * when they are too many, or need more than the budget together, those that were not used longest are closed (streams that still
 * read from one keep it alive). Files that change after they were opened are not read again while their dataset stays.
 */
export class OpenedDatasets {
  readonly #open: (opening: Opening, budget: number, signal: AbortSignal) => Promise<Dataset>;
  readonly #budget: number;
  readonly #leave: (bytes: number) => void;
  readonly #entries = new LRUCache<string, Entry>({ max: MOST_DATASETS });

  /**
   * @param budget bytes of all open datasets together, and the most that one may take
   * @param leave is called with the bytes that the open datasets leave of it
   */
  constructor(
    open: (opening: Opening, budget: number, signal: AbortSignal) => Promise<Dataset>,
    budget: number,
    leave: (bytes: number) => void = () => {},
  ) {
    this.#open = open;
    this.#budget = budget;
    this.#leave = leave;
  }

  /** @param signal of the caller: what is opened for no one any more is not opened further @throws InvalidInput for what cannot be opened or divided so */
  async plan(plan: SplitPlan, signal?: AbortSignal): Promise<Planned> {
    const entry = this.#entry(plan);
    const dataset = await entry.dataset.join(signal);
    if (plan.digest !== "files") allDecoded(plan.uri, dataset, this.#budget);
    const key = JSON.stringify([plan.seed, plan.limit, plan.reductionImages, plan.disjointReduction, plan.digest]);
    const planned = entry.plans.get(key) ?? divide(dataset, plan);
    entry.plans.set(key, planned);
    return planned;
  }

  #entry(opening: Opening): Entry {
    const key = openingKey(opening);
    const entry = this.#entries.get(key) ?? this.#opened(key, opening);
    this.#entries.set(key, entry);
    return entry;
  }

  #opened(key: string, opening: Opening): Entry {
    const opened = async (signal: AbortSignal) => {
      try {
        const dataset = await this.#open(opening, this.#budget, signal);
        signal.throwIfAborted();
        entry.bytes = datasetBytes(dataset);
        this.#makeRoom(entry);
        return dataset;
      } catch (error) {
        if (this.#entries.peek(key) === entry) this.#entries.delete(key);
        throw error;
      }
    };
    const entry: Entry = { dataset: new SharedWork(opened), plans: new LRUCache({ max: PLANS_A_DATASET }), bytes: 0 };
    return entry;
  }

  #makeRoom(newest: Entry): void {
    const entries = [...this.#entries.entries()].reverse();
    let total = entries.reduce((sum, [, { bytes }]) => sum + bytes, 0);
    for (const [key, entry] of entries) {
      if (total <= this.#budget) break;
      // An entry without bytes is still being opened.
      if (entry === newest || entry.bytes === 0) continue;
      this.#entries.delete(key);
      total -= entry.bytes;
    }
    this.#leave(Math.max(0, this.#budget - total));
  }
}

/** Of so many images mean and deviation are taken where not all are decoded: each is then known to about 0.003. */
const MOST_SEEN = 2048;

/** Where every image is decoded to open a folder, all of them must fit. @throws InvalidInput on `dataset` */
const allDecoded = (uri: string, dataset: Dataset, budget: number): void => {
  const { train, test } = dataset;
  if (!isStored(train)) return;
  const bytes = (train.labels.length + test.labels.length) * imageBytes(dataset);
  withinBudget(uri, bytes, budget, "Or set data.digest: files, with which none need be decoded before it is used.");
};

const divide = (dataset: Dataset, plan: SplitPlan): Planned => {
  const splits = split(dataset.train.labels, dataset.classes.length, dataset.test.labels.length, plan);
  const ofFiles = plan.digest === "files" && isStored(dataset.train);
  const seen = ofFiles ? sampleOf(dataset, splits.train) : splits.train;
  const digestOf = ofFiles ? fileDigest : digest;
  return {
    dataset,
    splits,
    statistics: new SharedWork(async () => varied(plan.uri, await channelStatistics(dataset, seen))),
    digest: new SharedWork(() => digestOf(dataset, splits.train, splits.test)),
  };
};

/** Statistics that images can be normalized by. @throws InvalidInput on `dataset` where all pixels of a channel are one value */
const varied = (uri: string, statistics: ChannelStatistics): ChannelStatistics => {
  const constant = statistics.std.findIndex((value) => !(value > 0));
  if (constant < 0) return statistics;
  const value = Math.round((statistics.mean[constant] ?? 0) * 255);
  const hint = `In channel ${constant} every pixel of the training images is ${value}: nothing can be learned from it. Use other images.`;
  throw invalidInput("dataset", uri, "images whose pixels differ in every channel", hint);
};

/** At most MOST_SEEN of the training images, of every class alike, the same for every search: no seed of one moves them. */
const sampleOf = ({ classes, train: { labels } }: Dataset, images: Uint32Array): Uint32Array => {
  if (images.length <= MOST_SEEN) return images;
  const members = byClass(labels, classes.length, images);
  const counts = proportions(
    members.map(({ length }) => length),
    MOST_SEEN,
    0,
  );
  return draw(members, counts, (label) => stream(0, "dataset", "statistics", label));
};
