import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { folderOf, idx, mnist, openInMemory, refusal } from "./builders.js";

const open = (uri: string, budget = 2 ** 30) => openInMemory(uri, budget);

describe("idx:", () => {
  it("reads the four files of MNIST", async () => {
    const dataset = await open(`idx:${await folderOf(mnist())}`);
    expect(dataset).toMatchObject({ height: 4, width: 3, channels: 1, classes: ["0", "1", "2"] });
    expect([...dataset.train.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
    expect(dataset.train.pixels).toEqual(Uint8Array.from({ length: 144 }, (_, value) => value));
    expect(dataset.test.labels).toHaveLength(6);
  });

  it("reads them gzipped, and with a dot before idx", async () => {
    const plain = await open(`idx:${await folderOf(mnist())}`);
    expect(await open(`idx:${await folderOf(mnist(true))}`)).toEqual(plain);
    const dotted = Object.fromEntries(
      Object.entries(mnist()).map(([name, bytes]) => [name.replace("-idx", ".idx"), bytes]),
    );
    expect(await open(`idx:${await folderOf(dotted)}`)).toEqual(plain);
  });

  it("tells gzip by its first bytes, not by its name", async () => {
    const files = Object.fromEntries(Object.entries(mnist()).map(([name, bytes]) => [name, gzipSync(bytes)]));
    expect((await open(`idx:${await folderOf(files)}`)).train.labels).toHaveLength(12);
  });

  const images = "train-images-idx3-ubyte";
  const labels = "train-labels-idx1-ubyte";
  it.each([
    [
      "another magic number",
      { [images]: idx([12], [1]) },
      `${images}, byte 0: expected the magic number 0x00000803, found 0x00000801`,
    ],
    [
      "a file that ends in its header",
      { [images]: Buffer.from([0, 0, 8, 3]) },
      `${images}, byte 4: expected a header of 16 bytes`,
    ],
    [
      "an empty file",
      { [images]: Buffer.alloc(0) },
      `${images}, byte 0: expected a header of 16 bytes, found an empty file`,
    ],
    [
      "missing pixels",
      { [images]: idx([12, 4, 3], new Array(100).fill(1)) },
      `${images}, byte 116: expected 144 values`,
    ],
    [
      "pixels too many",
      { [images]: idx([12, 4, 3], new Array(150).fill(1)) },
      `${images}, byte 160: expected 144 values`,
    ],
    ["a side of no pixels", { [images]: idx([12, 0, 3], []) }, `${images}, byte 8: expected a side of one pixel`],
    ["no images", { [images]: idx([0, 4, 3], []) }, `${images}, byte 4: expected one item or more`],
    [
      "more images than labels",
      { [labels]: idx([11], new Array(11).fill(1)) },
      `${labels}, byte 4: expected 12 labels`,
    ],
    [
      "a test label that training lacks",
      { "t10k-labels-idx1-ubyte": idx([6], [0, 1, 2, 3, 0, 0]) },
      "t10k-labels-idx1-ubyte, byte 11: expected a label from 0 to 2",
    ],
    [
      "test images of another size",
      { "t10k-images-idx3-ubyte": idx([6, 3, 4], new Array(72).fill(1)) },
      "train 3x4, t10k 4x3",
    ],
    [
      "one class only",
      { [labels]: idx([12], new Array(12).fill(0)), "t10k-labels-idx1-ubyte": idx([6], new Array(6).fill(0)) },
      "2 classes or more",
    ],
    [
      "a gap in the classes",
      {
        [labels]: idx(
          [12],
          new Array(12).fill(0).map((_, image) => 2 * (image % 2)),
        ),
      },
      "Class 1 (1) of 3 has none",
    ],
  ])("refuses %s", async (_, damage, words) => {
    const folder = await folderOf({ ...mnist(), ...damage });
    const error = await refusal(() => open(`idx:${folder}`));
    expect(error.field).toBe("dataset");
    expect(error.message).toContain(words);
  });

  it("refuses a truncated gzip file and says where it ends", async () => {
    const packed = gzipSync(mnist()[images] ?? "");
    const folder = await folderOf({ ...mnist(), [images]: packed.subarray(0, packed.length - 9) });
    const { hint } = await refusal(() => open(`idx:${folder}`));
    expect(hint).toContain(
      `${images}, byte ${packed.length - 9}: expected gzip data that ends in its checksum, found the end`,
    );
  });

  it("refuses a gzip file that would unpack to more than the memory budget", async () => {
    const bomb = gzipSync(idx([12, 1024, 1024], new Array(12 * 2 ** 20).fill(0)));
    const folder = await folderOf({ ...mnist(), [images]: bomb });
    expect((await refusal(() => open(`idx:${folder}`, 2 ** 20))).message).toContain("memory");
  });

  it("refuses a gzip file that unpacks to more than 100 times its size, before memory is taken for it", async () => {
    // What it declares is within the budget, and it is much smaller than that.
    const bomb = gzipSync(Buffer.concat([idx([80 * 64, 128, 128], []), Buffer.alloc(2 ** 20)]));
    const labels = idx(
      [80 * 64],
      new Array(80 * 64).fill(0).map((_, image) => image % 3),
    );
    const folder = await folderOf({ ...mnist(), [images]: bomb, "train-labels-idx1-ubyte": labels });
    const { hint } = await refusal(() => open(`idx:${folder}`));
    expect(hint).toMatch(/expected gzip data that unpacks to 100 times its \d+ bytes at most, found 83886096 bytes/);
  });

  it("refuses a folder without the files and a file in place of the folder", async () => {
    const folder = await folderOf({ "readme.txt": "nothing" });
    expect((await refusal(() => open(`idx:${folder}`))).hint).toContain("train-images-idx3-ubyte");
    expect((await refusal(() => open(`idx:${folder}/readme.txt`))).hint).toContain("Name the folder");
  });
});
