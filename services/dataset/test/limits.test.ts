import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { crc32, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readImageHeader } from "../src/read/decode-image.js";
import { parseUri } from "../src/read/uri.js";
import { allFiles, folderOf, idx, mnist, openInMemory, refusal } from "./builders.js";

/** A chunk of PNG: its length, its kind, its bytes and their sum. */
const chunk = (kind: string, bytes: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(kind), bytes]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(bytes.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

/** A PNG whose header says how large it is, without its pixels. */
const headed = (width: number, height: number, bits: 8 | 16, colours: 2 | 6): Buffer => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colours], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", Buffer.alloc(0)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
};
const read = (bytes: Buffer) => readImageHeader({ uri: "folder:x", file: "a.png", bytes });

describe("the limits of datasets", () => {
  it("takes a URI of 4096 characters, and refuses one more", () => {
    const uri = (characters: number) => `folder:${"a".repeat(characters - "folder:".length)}`;
    expect(parseUri(uri(4096))).toMatchObject({ scheme: "folder" });
    expect(() => parseUri(uri(4097))).toThrow(/4096 characters or less/);
  });

  it("follows 40 links to a file, and not one more", async () => {
    const root = await folderOf({ "0": "x" });
    for (let link = 1; link <= 41; link++) await symlink(join(root, String(link - 1)), join(root, String(link)));
    const files = await allFiles(root);
    await using handle = await files.open("folder:x", join(root, "40"));
    expect(await handle.readFile("utf8")).toBe("x");
    expect(await refusal(() => files.open("folder:x", join(root, "41")))).toMatchObject({ field: "dataset" });
  });

  it("reads the header of a picture of 64 Mi pixels, and refuses one row more", async () => {
    expect(await read(headed(8192, 8192, 8, 2))).toMatchObject({ width: 8192, height: 8192 });
    expect((await refusal(() => read(headed(8192, 8193, 8, 2)))).allowed).toBe(
      "pictures of 67,108,864 pixels or fewer",
    );
  });

  it("reads the header of a picture that decoded is 256 MiB, and refuses one row more", async () => {
    expect(await read(headed(8192, 4096, 16, 6))).toMatchObject({ bytes: 2 ** 28 });
    expect((await refusal(() => read(headed(8192, 4097, 16, 6)))).allowed).toContain("256 MiB or less");
  });

  it("reads IDX images of 4096 pixels a side, and refuses one more", async () => {
    const labels = idx([3], [0, 1, 2]);
    const sided = async (side: number) => {
      const images = Buffer.concat([idx([3, side, 1], []), Buffer.alloc(3 * side)]);
      return `idx:${await folderOf({
        "train-images-idx3-ubyte": images,
        "train-labels-idx1-ubyte": labels,
        "t10k-images-idx3-ubyte": images,
        "t10k-labels-idx1-ubyte": labels,
      })}`;
    };
    expect(await openInMemory(await sided(4096), 2 ** 30)).toMatchObject({ height: 4096, width: 1 });
    const more = await sided(4097);
    expect((await refusal(() => openInMemory(more, 2 ** 30))).hint).toContain(
      "a side of 4096 pixels or less, found 4097",
    );
  });

  it("unpacks 100 times the size of a gzip file, and refuses what is more", async () => {
    const [images, side] = [5120, 128];
    const unpacked = 16 + images * side * side;
    const packed = gzipSync(Buffer.concat([idx([images, side, side], []), Buffer.alloc(unpacked - 16)]));
    // The name in a gzip file may have any length (RFC 1952): so the file has the size that it is to have.
    const sized = (bytes: number): Buffer => {
      const name = Buffer.alloc(bytes - packed.length, "n");
      name[name.length - 1] = 0;
      const head = Buffer.from(packed.subarray(0, 10));
      head[3] = 8;
      return Buffer.concat([head, name, packed.subarray(10)]);
    };
    const labels = idx(
      [images],
      Array.from({ length: images }, (_, image) => image % 3),
    );
    const test = { "t10k-images-idx3-ubyte": idx([3, side, side], new Array(3 * side * side).fill(0)) };
    const folder = async (bytes: number) =>
      `idx:${await folderOf({
        ...mnist(),
        ...test,
        "train-images-idx3-ubyte": sized(bytes),
        "train-labels-idx1-ubyte": labels,
        "t10k-labels-idx1-ubyte": idx([3], [0, 1, 2]),
      })}`;
    const least = Math.ceil(unpacked / 100);
    expect((await openInMemory(await folder(least), 2 ** 30)).train.labels).toHaveLength(images);
    const less = await folder(least - 1);
    expect((await refusal(() => openInMemory(less, 2 ** 30))).hint).toContain(
      `unpacks to 100 times its ${least - 1} bytes`,
    );
  });
});
