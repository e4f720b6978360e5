import type { SplitPlan } from "@bnas/proto";
import { LRUCache } from "lru-cache";
import { type Dataset, datasetBytes } from "../divide/dataset.js";
import { type Splits, split } from "../divide/split.js";
import { type Opening, openingKey } from "../read/open-dataset.js";
import { type ChannelStatistics, channelStatistics } from "./channel-statistics.js";
import { digest } from "./digest.js";

/** A dataset that is open, divided as a plan says. What takes long to compute is computed once, when it is first asked for. */
export type Planned = {
  readonly dataset: Dataset;
  readonly splits: Splits;
  readonly statistics: () => Promise<ChannelStatistics>;
  readonly digest: () => Promise<string>;
};

type Entry = { readonly dataset: Promise<Dataset>; readonly plans: LRUCache<string, Planned>; bytes: number };

const PLANS_A_DATASET = 16;

/** However small they are: what is kept beside the images of a dataset is not counted in the budget. */
const MOST_DATASETS = 64;

/**
 * The open datasets. A caller that asks for one that is being opened waits for the same opening; a failed opening is forgotten;
 * when they are too many, or need more than the budget together, those that were not used longest are closed (streams that still
 * read from one keep it alive). Files that change after they were opened are not read again while their dataset stays.
 */
export class OpenedDatasets {
  readonly #open: (opening: Opening, budget: number) => Promise<Dataset>;
  readonly #budget: number;
  readonly #entries = new LRUCache<string, Entry>({ max: MOST_DATASETS });

  /** @param budget bytes of all open datasets together, and the most that one may take */
  constructor(open: (opening: Opening, budget: number) => Promise<Dataset>, budget: number) {
    this.#open = open;
    this.#budget = budget;
  }

  /** @throws InvalidInput for what cannot be opened or divided so */
  async plan(plan: SplitPlan): Promise<Planned> {
    const entry = this.#entry(plan);
    const dataset = await entry.dataset;
    const key = JSON.stringify([plan.seed, plan.limit, plan.reductionImages, plan.disjointReduction]);
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
    const entry: Entry = {
      dataset: this.#open(opening, this.#budget),
      plans: new LRUCache({ max: PLANS_A_DATASET }),
      bytes: 0,
    };
    entry.dataset.then(
      (dataset) => {
        entry.bytes = datasetBytes(dataset);
        this.#makeRoom(entry);
      },
      () => {
        if (this.#entries.peek(key) === entry) this.#entries.delete(key);
      },
    );
    return entry;
  }

  #makeRoom(newest: Entry): void {
    const entries = [...this.#entries.entries()].reverse();
    let total = entries.reduce((sum, [, { bytes }]) => sum + bytes, 0);
    for (const [key, entry] of entries) {
      if (total <= this.#budget) return;
      // An entry without bytes is still being opened.
      if (entry === newest || entry.bytes === 0) continue;
      this.#entries.delete(key);
      total -= entry.bytes;
    }
  }
}

const divide = (dataset: Dataset, plan: SplitPlan): Planned => {
  const splits = split(dataset.train.labels, dataset.classes.length, dataset.test.labels.length, plan);
  return {
    dataset,
    splits,
    statistics: once(() => channelStatistics(dataset, splits.train)),
    digest: once(() => digest(dataset, splits.train, splits.test)),
  };
};

const once = <T>(compute: () => Promise<T>): (() => Promise<T>) => {
  let result: Promise<T> | undefined;
  return () => {
    result ??= compute();
    return result;
  };
};
