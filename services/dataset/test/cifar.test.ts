import { describe, expect, it } from "vitest";
import { countByClass } from "../src/divide/dataset.js";
import { cifar, folderOf, openInMemory, refusal } from "./builders.js";

const BUDGET = 2 ** 30;
const open = (uri: string, budget = BUDGET) => openInMemory(uri, budget);

describe("cifar10:", () => {
  it("reads all batches of a folder in order and gives pixels channel by channel within a pixel", async () => {
    const folder = await folderOf({
      "data_batch_1.bin": cifar(20),
      "data_batch_2.bin": cifar(10),
      "data_batch_3.bin": cifar(10),
      "data_batch_4.bin": cifar(10),
      "data_batch_5.bin": cifar(10),
      "test_batch.bin": cifar(10),
    });
    const dataset = await open(`cifar10:${folder}`);
    expect(dataset).toMatchObject({ height: 32, width: 32, channels: 3 });
    expect(dataset.classes[3]).toBe("cat");
    expect([dataset.train.labels.length, dataset.test.labels.length]).toEqual([60, 10]);
    expect(dataset.train.labels[13]).toBe(3);
    // Image 13, pixel 5: 13 + 7 * 5 in the first plane, 50 more in each that follows.
    expect([...dataset.train.pixels.subarray(13 * 3072 + 15, 13 * 3072 + 18)]).toEqual([48, 98, 148]);
    // Image 21 is image 1 of the second file.
    expect(dataset.train.pixels[21 * 3072]).toBe(1);
  });

  it("reads one .bin file and holds out a fifth of every class", async () => {
    const folder = await folderOf({ "mine.bin": cifar(100) });
    const { train, test } = await open(`cifar10:${folder}/mine.bin`);
    expect(countByClass(train.labels, 10)).toEqual(new Array(10).fill(8));
    expect(countByClass(test.labels, 10)).toEqual(new Array(10).fill(2));
  });

  it("takes the names of the classes from batches.meta.txt", async () => {
    const names = Array.from({ length: 10 }, (_, label) => `kind ${label}`);
    const files = { "data_batch_1.bin": cifar(20), "test_batch.bin": cifar(10) };
    const folder = await folderOf({ ...files, "batches.meta.txt": `${names.join("\n")}\n\n` });
    expect((await open(`cifar10:${folder}`)).classes).toEqual(names);
  });

  it("refuses more names than classes", async () => {
    const files = { "data_batch_1.bin": cifar(20), "test_batch.bin": cifar(10) };
    const folder = await folderOf({ ...files, "batches.meta.txt": "a\n".repeat(11) });
    expect((await refusal(() => open(`cifar10:${folder}`))).hint).toContain("expected the names of 10 classes");
  });

  it("says which byte a file of another size breaks at", async () => {
    const folder = await folderOf({ "data_batch_1.bin": cifar(20).subarray(0, 7000), "test_batch.bin": cifar(10) });
    const error = await refusal(() => open(`cifar10:${folder}`));
    expect(error.field).toBe("dataset");
    expect(error.hint).toContain(`${folder}/data_batch_1.bin, byte 6146: expected records of 3073 bytes`);
  });

  it("says which byte is no label", async () => {
    const bytes = cifar(20);
    bytes[4 * 3073] = 10;
    const folder = await folderOf({ "data_batch_1.bin": bytes, "test_batch.bin": cifar(10) });
    const { hint } = await refusal(() => open(`cifar10:${folder}`));
    expect(hint).toContain(`data_batch_1.bin, byte ${4 * 3073}: expected a label from 0 to 9, found 10`);
  });

  it.each([
    ["an empty file", { "data_batch_1.bin": "", "test_batch.bin": cifar(10) }, "found an empty file"],
    [
      "a gap in the batches",
      { "data_batch_1.bin": cifar(20), "data_batch_3.bin": cifar(20), "test_batch.bin": cifar(10) },
      "data_batch_2.bin is not there",
    ],
    ["no test batch", { "data_batch_1.bin": cifar(20) }, "test_batch.bin is not there"],
    ["a class without images", { "data_batch_1.bin": cifar(9), "test_batch.bin": cifar(10) }, "Class 9 (truck)"],
    ["the Python version", { data_batch_1: "x" }, "Python version"],
    ["the folder around the folder", { "cifar-10-batches-bin/data_batch_1.bin": cifar(20) }, "/cifar-10-batches-bin?"],
  ])("refuses %s", async (_, files, words) => {
    const folder = await folderOf(files);
    const error = await refusal(() => open(`cifar10:${folder}`));
    expect(error.field).toBe("dataset");
    expect(error.message).toContain(words);
  });

  it("refuses a path that is not there and names the nearest", async () => {
    const folder = await folderOf({ "cifar-10/data_batch_1.bin": cifar(1) });
    const error = await refusal(() => open(`cifar10:${folder}/cifar10/deep`));
    expect(error.hint).toContain(`Did you mean ${folder}/cifar-10?`);
  });

  it("refuses what is larger than the memory budget before reading it, and names what to set", async () => {
    const folder = await folderOf({ "data_batch_1.bin": cifar(20), "test_batch.bin": cifar(10) });
    const error = await refusal(() => open(`cifar10:${folder}`, 3072 * 25));
    expect(error.hint).toContain("data.limit");
  });
});

describe("cifar100:", () => {
  it("reads the fine label, the second byte of a record", async () => {
    const folder = await folderOf({ "train.bin": cifar(200, 100), "test.bin": cifar(100, 100) });
    const dataset = await open(`cifar100:${folder}`);
    expect(dataset.classes).toHaveLength(100);
    expect(dataset.train.labels[142]).toBe(42);
    expect(dataset.train.pixels[142 * 3072]).toBe(142);
  });

  it("checks the coarse label too", async () => {
    const bytes = cifar(200, 100);
    bytes[3074] = 20;
    const folder = await folderOf({ "train.bin": bytes, "test.bin": cifar(100, 100) });
    expect((await refusal(() => open(`cifar100:${folder}`))).hint).toContain(
      "byte 3074: expected a label from 0 to 19",
    );
  });
});
