import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { invalidInput } from "@bnas/errors";
import type { Batch } from "@bnas/proto";
import { describe, expect, it } from "vitest";
import type { Dataset, Form, LabelledImages, StoredImages } from "../src/divide/dataset.js";
import { makeBatches } from "../src/stream/batches.js";
import { channelStatistics } from "../src/stream/channel-statistics.js";
import { digest, fileDigest } from "../src/stream/digest.js";
import { OpenedDatasets } from "../src/stream/opened-datasets.js";
import { refusal } from "./builders.js";

const COUNT = 40;
const inMemory = (first: number): LabelledImages => ({
  pixels: Uint8Array.from({ length: COUNT * 12 }, (_, value) => (first + value) % 256),
  labels: Uint16Array.from({ length: COUNT }, (_, image) => image % 2),
});

/** The same images as in files; those of `damaged` cannot be read, and earlier ones take longer to say so. */
function inFiles({ pixels, labels }: LabelledImages, damaged: readonly number[] = []) {
  const read: { image: number; form: Form }[] = [];
  const part: StoredImages = {
    labels,
    held: 1000,
    read: async (image, form) => {
      read.push({ image, form });
      if (damaged.includes(image)) {
        await wait(damaged.length - damaged.indexOf(image));
        throw invalidInput("dataset", "folder:x", "whole files", `file ${image}`);
      }
      return { pixels, at: image * 12, height: 2, width: 2 };
    },
    fileDigest: async (image) => createHash("sha256").update(`${image}`).digest("hex"),
  };
  return { part, read };
}

const shape = { classes: ["a", "b"], height: 2, width: 2, channels: 3 };
const memory: Dataset = { ...shape, train: inMemory(0), test: inMemory(9) };
function stored(damaged: readonly number[] = []) {
  const { part, read } = inFiles(inMemory(0), damaged);
  const dataset: Dataset = { ...shape, train: part, test: inFiles(inMemory(9)).part };
  return { dataset, read };
}
const all = Uint32Array.from({ length: COUNT }, (_, image) => image);
const epoch = { seed: 1, split: "train", epoch: 3 } as const;
const slices = [0, 1, 2, 3].map((index) => ({ index, from: index * 10, to: index * 10 + 10 }));
const stream = (dataset: Dataset, change: object = {}) => ({
  dataset,
  order: all.toReversed(),
  epoch,
  augmentation: { cropPadding: 1, flip: true, cutout: 1, ...change },
  mean: [1, 2, 3],
});
const collected = async (batches: AsyncIterable<Batch>): Promise<Batch[]> => {
  const given: Batch[] = [];
  for await (const batch of batches) given.push(batch);
  return given;
};

describe("images in files", () => {
  it("give the same batches, digest, mean and deviation as in memory", async () => {
    const { dataset } = stored();
    expect(await collected(makeBatches(stream(dataset), slices))).toEqual(
      await collected(makeBatches(stream(memory), slices)),
    );
    expect(await digest(dataset, all, all)).toBe(await digest(memory, all, all));
    expect(await channelStatistics(dataset, all)).toEqual(await channelStatistics(memory, all));
  });

  it("are read roomy where an area is cropped, and framed otherwise", async () => {
    const { dataset, read } = stored();
    await collected(makeBatches(stream(dataset, { cropPadding: 0, cropArea: 0.08 }), slices.slice(0, 1)));
    expect(new Set(read.map(({ form }) => form))).toEqual(new Set(["roomy"]));
    await collected(makeBatches(stream(dataset), slices.slice(0, 1)));
    expect(new Set(read.slice(10).map(({ form }) => form))).toEqual(new Set(["framed"]));
  });

  it("are read one batch ahead, and no more", async () => {
    const { dataset, read } = stored();
    const batches = makeBatches(stream(dataset), slices);
    await batches.next();
    await wait(20);
    expect(read).toHaveLength(20);
    await batches.return(undefined);
  });

  it("name the first that is damaged in the order of the epoch, whichever is found first by the clock", async () => {
    // The order is reversed, so 39 is met before 38 and 37, which fail sooner.
    const { dataset } = stored([39, 38, 37]);
    const { hint } = await refusal(() => collected(makeBatches(stream(dataset), slices)));
    expect(hint).toBe("file 39");
  });

  it("give the batches before a damaged one", async () => {
    const { dataset } = stored([15]);
    const given: number[] = [];
    await refusal(async () => {
      for await (const { index } of makeBatches(stream(dataset), slices)) given.push(index);
    });
    expect(given).toEqual([0, 1]);
  });
});

describe("the digest of files", () => {
  it("is SHA-256 over the shape and, image by image, label and digest of the file", async () => {
    const numbers = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
    const of = (image: number) => createHash("sha256").update(`${image}`).digest();
    const bytes = Buffer.concat([
      Buffer.from("bnas files 1\n"),
      numbers(2, 2, 3, 2, 2, 1),
      of(3),
      numbers(0),
      of(4),
      numbers(1, 0),
      of(8),
    ]);
    const { dataset, read } = stored();
    const found = await fileDigest(dataset, Uint32Array.of(3, 4), Uint32Array.of(8));
    expect(found).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(read).toEqual([]);
  });

  it("is that of the pixels where images do not lie in files", async () => {
    expect(await fileDigest(memory, all, all)).toBe(await digest(memory, all, all));
  });
});

describe("an open folder", () => {
  const plan = {
    uri: "folder:x",
    seed: 1,
    limit: 0,
    reductionImages: 2,
    imageSize: 2,
    disjointReduction: false,
    digest: "files",
  };

  it("with a digest of files may be larger than the memory, and with one of pixels may not", async () => {
    const opened = new OpenedDatasets(async () => stored().dataset, 500);
    expect((await opened.plan(plan)).splits.train).toHaveLength(COUNT);
    const error = await refusal(() => opened.plan({ ...plan, digest: "pixels" }));
    expect(error.field).toBe("dataset");
    expect(error.hint).toMatch(/data\.imageSize or data\.limit.*data\.digest: files/);
  });

  it("decodes at most 2,048 images of all classes alike for its mean and deviation, the same for every seed", async () => {
    const labels = Uint16Array.from({ length: 5000 }, (_, image) => image % 2);
    const read = new Set<number>();
    const part: StoredImages = {
      labels,
      held: 0,
      read: async (image) => {
        read.add(image);
        return { pixels: Uint8Array.from({ length: 12 }, (_, value) => value), at: 0, height: 2, width: 2 };
      },
      fileDigest: async () => "00".repeat(32),
    };
    const opened = new OpenedDatasets(async () => ({ ...shape, train: part, test: part }), 2 ** 30);
    await (await opened.plan(plan)).statistics.join();
    expect(read.size).toBe(2048);
    expect([...read].filter((image) => image % 2 === 0)).toHaveLength(1024);
    await (await opened.plan({ ...plan, seed: 2 })).statistics.join();
    expect(read.size).toBe(2048);
    await (await opened.plan({ ...plan, digest: "pixels" })).statistics.join();
    expect(read.size).toBe(5000);
  });

  it("is asked again for what failed: the file may have been put right", async () => {
    let damaged = true;
    const { part } = inFiles(inMemory(0));
    const fileOf: StoredImages["fileDigest"] = async (image) => {
      if (damaged) throw invalidInput("dataset", "folder:x", "whole files", `file ${image}`);
      return part.fileDigest(image);
    };
    const dataset: Dataset = { ...shape, train: { ...part, fileDigest: fileOf }, test: part };
    const planned = await new OpenedDatasets(async () => dataset, 2 ** 20).plan(plan);
    expect((await refusal(() => planned.digest.join())).hint).toBe("file 0");
    damaged = false;
    expect(await planned.digest.join()).toMatch(/^[0-9a-f]{64}$/);
  });

  it("leaves to decoded pictures what datasets in memory do not take", async () => {
    const left: number[] = [];
    const opened = new OpenedDatasets(
      async () => memory,
      2000,
      (bytes) => left.push(bytes),
    );
    await opened.plan({ ...plan, uri: "idx:a" });
    expect(left).toEqual([2000 - 2 * (COUNT * 12 + COUNT * 2)]);
  });
});
