import { execFileSync } from "node:child_process";
import { mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CheckReport, checkDataset } from "../src/check/check-dataset.js";
import type { Dataset } from "../src/divide/dataset.js";
import { decodeImage } from "../src/read/decode-image.js";
import { cifar, folderOf, idx, mnist, openIn, plain, refusal, twoClasses } from "./builders.js";

// What people have on their disks: each kind is read, or refused by what it is with a command that makes it one that is read.

const open = (uri: string): Promise<Dataset> => openIn({ uri, imageSize: 8, limit: 0, seed: 0 }, 2 ** 28);
const check = (uri: string): Promise<CheckReport> =>
  checkDataset(uri, { imageSize: 0, budget: 2 ** 28, signal: new AbortController().signal, decode: decodeImage });

/** The hint of a search, which the check says too, with all of what fixes it. */
async function refusedBoth(uri: string): Promise<{ readonly hint: string; readonly line: string }> {
  const { hint, field } = await refusal(() => open(uri));
  expect(field).toBe("dataset");
  const { refused } = await check(uri);
  expect(refused.length).toBeGreaterThan(0);
  return { hint, line: refused[0] ?? "" };
}

/** Runs the command that a line ends in, as a person would copy it. */
const run = (line: string) =>
  execFileSync("sh", ["-c", line.slice(line.search(/: (mv|for|mkdir|gunzip|tar|\(cd) /) + 2)]);

/** Files of two classes with `count` images each, with another beginning of their paths. */
const classes = async (prefix: string, count = 3): Promise<Record<string, Buffer>> =>
  Object.fromEntries(Object.entries(await twoClasses(count)).map(([path, bytes]) => [`${prefix}${path}`, bytes]));

const image = () => plain(8, 8, { r: 9, g: 9, b: 9 }).png().toBuffer();

describe("a folder as people have it", () => {
  it.each([
    ["lost+found", "lost+found/.keep"],
    ["@eaDir of a Synology disk", "@eaDir/a/SYNOPHOTO_THUMB.jpg"],
    ["__MACOSX of a ZIP archive", "__MACOSX/a/x.png"],
    ["$RECYCLE.BIN", "$RECYCLE.BIN/S-1/x.png"],
    ["Thumbs.db in a class", "a/Thumbs.db"],
    ["desktop.ini in a class", "b/desktop.ini"],
    ["@eaDir in a class", "a/@eaDir/x.png/THUMB.jpg"],
    [".DS_Store in a class", "a/.DS_Store"],
    ["a file of resources by macOS", "a/._000.png"],
  ])("is read without %s", async (_, junk) => {
    const folder = await folderOf({ ...(await twoClasses(5)), [junk]: "junk" });
    expect((await open(`folder:${folder}`)).classes).toEqual(["a", "b"]);
    expect((await check(`folder:${folder}`)).refused).toEqual([]);
  });

  it("is refused for a link whose end is not there, which is said of it", async () => {
    const folder = await folderOf(await twoClasses(3));
    await symlink("/nonexistent/9.png", join(folder, "a/9.png"));
    const { hint } = await refusedBoth(`folder:${folder}`);
    expect(hint).toContain(`${folder}/a/9.png is a link to /nonexistent/9.png, which is not there`);
    expect(hint).not.toContain("Did you mean");
  });

  it("is refused for a class that is such a link: it would be a class less", async () => {
    const folder = await folderOf(await twoClasses(3));
    await symlink("/nonexistent/c", join(folder, "c"));
    expect((await refusedBoth(`folder:${folder}`)).hint).toContain(
      "/c is a link to /nonexistent/c, which is not there",
    );
  });

  it("is refused for a name that is not UTF-8", async () => {
    const folder = await folderOf(await twoClasses(3));
    const named = Buffer.concat([Buffer.from(`${folder}/a/caf`), Buffer.from([0xe9]), Buffer.from(".png")]);
    await rename(`${folder}/a/000.png`, named);
    const { hint } = await refusedBoth(`folder:${folder}`);
    expect(hint).toMatch(/caf.\.png has a name that is not UTF-8\. .*convmv/);
  });

  it("is refused with names that a terminal does not obey", async () => {
    const folder = await folderOf({ ...(await twoClasses(3)), "a/\u001b[31mred\u0007.txt": "" });
    for (const said of Object.values(await refusedBoth(`folder:${folder}`))) {
      expect(said).toContain("\\u001b[31mred\\u0007.txt is an empty file");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there.
      expect(said).not.toMatch(/[\u001b\u0007]/);
    }
  });

  it.each([
    ["GIF", "x.gif", Buffer.from("GIF89a\u0001\u0000"), "a GIF image"],
    ["BMP", "x.bmp", Buffer.concat([Buffer.from("BM"), Buffer.alloc(60)]), "a BMP image"],
    ["BMP that is called .jpg", "x.jpg", Buffer.concat([Buffer.from("BM"), Buffer.alloc(60)]), "a BMP image"],
    ["TIFF", "x.tif", Buffer.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]), "a TIFF image"],
    ["PPM", "x.ppm", Buffer.from("P6\n8 8\n255\n"), "a PPM, PGM or PBM image"],
    ["a page of HTML that is called .jpg", "x.jpg", Buffer.from("\n<!DOCTYPE html><html>"), "an HTML page"],
    [
      "a pointer of Git LFS that is called .png",
      "x.png",
      Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
      "a Git LFS pointer",
    ],
    ["a pointer of git-annex", "x.jpg", Buffer.from("/annex/objects/SHA256E-s1--0.jpg\n"), "a git-annex pointer"],
    ["a picture of zeros", "x.jpg", Buffer.alloc(4096), "zeros alone"],
    ["an empty picture", "x.jpg", Buffer.alloc(0), "an empty file"],
    ["a ZIP archive", "x.zip", Buffer.from("PK\u0003\u0004"), "a ZIP archive"],
    ["a list", "x_boxes.txt", Buffer.from("x.png 1 2 3 4\n"), "a text"],
  ])("is refused for %s, by what its bytes are", async (_, name, bytes, is) => {
    const folder = await folderOf({ ...(await twoClasses(5)), [`a/${name}`]: bytes });
    const { refused } = await check(`folder:${folder}`);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toContain(`${folder}/a/${name}`);
    expect(refused[0]).toContain(is);
    // With no size given, the headers of all pictures are read.
    const { hint } = await refusal(() => openIn({ uri: `folder:${folder}`, imageSize: 0, limit: 0, seed: 0 }, 2 ** 28));
    expect(hint).toContain(is);
  });

  it("is refused for the first that cannot be used, with how many more there are, and the check names all", async () => {
    const odd = Object.fromEntries(["a", "b"].flatMap((name) => [1, 2, 3].map((i) => [`${name}/x${i}.gif`, "GIF89a"])));
    const folder = await folderOf({ ...(await twoClasses(3)), ...odd, "b/broken.jpg": "<html>" });
    expect((await refusal(() => open(`folder:${folder}`))).hint).toContain("a/x1.gif is a GIF image (5 more are named");
    expect((await check(`folder:${folder}`)).refused).toHaveLength(7);
  });

  it.each([
    ["training/ and testing/", "training/", "testing/"],
    ["Train/ and Test/", "Train/", "Test/"],
    ["train/ and valid/", "train/", "valid/"],
    ["train/ and validation/", "train/", "validation/"],
  ])("is read with its parts in %s after the command that the refusal gives", async (_, train, test) => {
    const folder = await folderOf({ ...(await classes(train, 4)), ...(await classes(test, 2)) });
    run((await refusedBoth(`folder:${folder}`)).hint);
    const dataset = await open(`folder:${folder}`);
    expect([dataset.train.labels.length, dataset.test.labels.length]).toEqual([8, 4]);
  });

  it("is refused with a flat val/, by how many images have no class", async () => {
    const folder = await folderOf({
      ...(await classes("train/")),
      "val/1.png": await image(),
      "val/2.png": await image(),
    });
    const { hint } = await refusedBoth(`folder:${folder}`);
    expect(hint).toContain(`${folder}/val holds 2 images without classes. Sort them into a folder for each class`);
    expect((await open(`folder:${folder}/train`)).classes).toEqual(["a", "b"]);
  });

  it("is read in the layout of Tiny-ImageNet after the command that the check gives", async () => {
    const deep = Object.fromEntries(
      Object.entries(await classes("train/")).map(([path, bytes]) => [path.replace(/([ab])\//, "$1/images/"), bytes]),
    );
    const lists = { "train/a/a_boxes.txt": "", "train/b/b_boxes.txt": "" };
    const val = { "val/images/v0.png": await image(), "val/images/v1.png": await image() };
    const annotations = "v0.png\ta\t0\t0\t7\t7\nv1.png\tb\t0\t0\t7\t7\n";
    const folder = await folderOf({ ...deep, ...lists, ...val, "val/val_annotations.txt": annotations });
    const { line, hint } = await refusedBoth(`folder:${folder}`);
    expect(hint).toContain("has its images one folder deeper, in images/");
    run(line);
    const dataset = await open(`folder:${folder}`);
    expect([...dataset.test.labels]).toEqual([0, 1]);
    expect(dataset.train.labels).toHaveLength(6);
    expect((await check(`folder:${folder}`)).refused).toEqual([]);
  });

  it("is refused for classes that hold nothing, and for the folder around it", async () => {
    const folder = await folderOf(await classes("in/pets/"));
    expect((await refusedBoth(`folder:${folder}/in`)).hint).toContain(`Did you mean folder:${folder}/in/pets?`);
    await mkdir(join(folder, "in/pets/c"));
    expect((await refusedBoth(`folder:${folder}/in/pets`)).hint).toContain("/c is empty");
  });

  it("is checked whole: every damaged picture is named", async () => {
    const whole = await plain(64, 64, { r: 200, g: 0, b: 0 }).jpeg().toBuffer();
    const cut = whole.subarray(0, whole.length / 2);
    const folder = await folderOf({ ...(await twoClasses(3)), "a/1.jpg": cut, "b/2.jpg": cut, "b/3.jpg": "" });
    const { refused } = await check(`folder:${folder}`);
    expect(refused).toHaveLength(3);
    for (const name of ["a/1.jpg", "b/2.jpg", "b/3.jpg"]) expect(refused.join("\n")).toContain(name);
  });
});

/** Four files in the IDX format by what names them; labels from `from`. */
function four(named: (part: "train" | "t10k", kind: string) => string, from = 0): Record<string, Buffer> {
  const part = (name: "train" | "t10k", count: number) => ({
    [named(name, "images-idx3")]: idx(
      [count, 2, 2],
      Array.from({ length: count * 4 }, (_, i) => i % 251),
    ),
    [named(name, "labels-idx1")]: idx(
      [count],
      Array.from({ length: count }, (_, i) => (i % 3) + from),
    ),
  });
  return { ...part("train", 12), ...part("t10k", 6) };
}

describe("IDX files as people have them", () => {
  it("are read with folders of the same names beside them", async () => {
    const dotted = four((part, kind) => `${part}-${kind.replace("-idx", ".idx")}-ubyte`);
    const folder = await folderOf(dotted);
    for (const name of Object.keys(mnist())) await mkdir(join(folder, name));
    expect((await open(`idx:${folder}`)).classes).toHaveLength(3);
  });

  it("are read in folders of their own names after the commands that the refusals give", async () => {
    const folder = await folderOf(
      Object.fromEntries(Object.entries(mnist()).map(([name, bytes]) => [`${name}/${name}`, bytes])),
    );
    await rename(join(folder, "train-labels-idx1-ubyte"), join(folder, "aside"));
    await rename(join(folder, "aside/train-labels-idx1-ubyte"), join(folder, "train-labels-idx1-ubyte"));
    for (let file = 0; file < 3; file++) run((await refusedBoth(`idx:${folder}`)).line);
    expect((await open(`idx:${folder}`)).classes).toHaveLength(3);
  });

  it.each(["MNIST/raw", "FashionMNIST/raw", "KMNIST/raw", "raw"])(
    "are found where torchvision puts them: %s",
    async (below) => {
      const files = Object.entries(mnist(true)).map(([name, bytes]) => [`${below}/${name}`, bytes]);
      const folder = await folderOf(Object.fromEntries(files));
      expect((await refusedBoth(`idx:${folder}`)).hint).toContain(`Did you mean idx:${folder}/${below}?`);
    },
  );

  it("are read by the names of EMNIST, whose letters count from 1", async () => {
    const named = (set: string) => (part: string, kind: string) =>
      `emnist-${set}-${part === "train" ? "train" : "test"}-${kind}-ubyte`;
    expect((await open(`idx:${await folderOf(four(named("letters"), 1))}`)).classes).toEqual(["a", "b", "c"]);
    expect((await open(`idx:${await folderOf(four(named("digits")))}`)).classes).toEqual(["0", "1", "2"]);
    const wrong = await folderOf(four(named("letters"), 0));
    expect((await refusedBoth(`idx:${wrong}`)).hint).toContain("expected a label from 1 to 26");
    const several = await folderOf({ ...four(named("letters"), 1), ...four(named("digits")) });
    const { hint, line } = await refusedBoth(`idx:${several}`);
    expect(hint).toContain("holds several sets: emnist-digits, emnist-letters");
    run(line);
    expect((await open(`idx:${several}/emnist-digits`)).classes).toEqual(["0", "1", "2"]);
  });

  it.each([
    ["a page of HTML", "<!doctype html><html>", "an HTML page"],
    ["a pointer of Git LFS", "version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"],
    ["a ZIP archive", "PK\u0003\u0004", "a ZIP archive"],
  ])("are refused for %s, by what it is", async (_, text, is) => {
    const folder = await folderOf({ ...mnist(), "train-images-idx3-ubyte": text });
    expect((await refusedBoth(`idx:${folder}`)).hint).toContain(is);
  });

  it("are compared with the counts that were published", async () => {
    const { notes, refused } = await check(`idx:${await folderOf(mnist())}`);
    expect(refused).toEqual([]);
    expect(notes.join()).toContain("not as many images as were published");
  });
});

describe("CIFAR as people have it", () => {
  const batches = (count: number, records = 10) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`data_batch_${i + 1}.bin`, cifar(records)]));

  it.each([2, 3, 4])("is refused with %i of its 5 batches", async (count) => {
    const folder = await folderOf({ ...batches(count), "test_batch.bin": cifar(10) });
    expect((await refusedBoth(`cifar10:${folder}`)).hint).toContain("data_batch_5.bin");
  });

  it("is refused when a batch was cut after a record, where others are as published", async () => {
    const full = { ...batches(5), "data_batch_1.bin": cifar(10_000), "test_batch.bin": cifar(10) };
    const { hint } = await refusal(async () => open(`cifar10:${await folderOf(full)}`));
    expect(hint).toContain("data_batch_2.bin, byte 30730: expected 10000 images, as were published, found 10");
  });

  it("is refused by the name of the other one", async () => {
    const hundred = await folderOf({ "train.bin": cifar(200, 100), "test.bin": cifar(100, 100) });
    expect((await refusedBoth(`cifar10:${hundred}`)).hint).toContain(`Did you mean cifar100:${hundred}?`);
    const ten = await folderOf({ ...batches(5), "test_batch.bin": cifar(10) });
    expect((await refusedBoth(`cifar100:${ten}`)).hint).toContain(`Did you mean cifar10:${ten}?`);
  });

  it("is read packed as .bin.gz and as .tar.gz after the commands that the refusals give", async () => {
    const folder = await folderOf({ ...batches(5), "test_batch.bin": cifar(10) });
    execFileSync("sh", ["-c", `gzip ${folder}/*.bin`]);
    run((await refusedBoth(`cifar10:${folder}`)).hint);
    expect((await open(`cifar10:${folder}`)).train.labels).toHaveLength(50);
    const around = await folderOf({});
    execFileSync("tar", ["-czf", `${around}/cifar-10-binary.tar.gz`, "-C", folder, "."]);
    run((await refusedBoth(`cifar10:${around}`)).hint);
    expect((await open(`cifar10:${around}`)).train.labels).toHaveLength(50);
    await writeFile(join(around, "x"), "");
    expect((await refusedBoth(`cifar10:${around}/cifar-10-binary.tar.gz`)).hint).toContain("packed by gzip");
  });

  it("names how many labels of a file are none", async () => {
    const bytes = cifar(20);
    for (const record of [3, 4, 9]) bytes[record * 3073] = 77;
    const folder = await folderOf({ ...batches(5), "data_batch_2.bin": bytes, "test_batch.bin": cifar(10) });
    expect((await refusedBoth(`cifar10:${folder}`)).hint).toContain("found 77 (and 2 records more with such a label)");
  });
});
