import type { BlobStore } from "@bnas/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const sorted = async (store: BlobStore): Promise<string[]> => {
  const found: string[] = [];
  for await (const { sha256 } of store.list()) found.push(sha256);
  return found.sort();
};

/** When a blob was put last. */
const putAt = async (store: BlobStore, wanted: string): Promise<number> => {
  for await (const { sha256, putAt } of store.list()) if (sha256 === wanted) return putAt;
  return Number.NaN;
};

/**
 * What every store keeps.
 * @param open a new, empty store @param age let a blob of the store that was opened last be put an hour ago
 * @param turns how often to let puts and removals race
 */
export const storeContract = (
  name: string,
  open: () => Promise<BlobStore>,
  age: (sha256: string) => Promise<void>,
  turns = 5,
): void => {
  describe(name, () => {
    it("names bytes by their SHA-256", async () => {
      const store = await open();
      // FIPS 180-2, appendix B.1.
      expect(await store.put(Buffer.from("abc"))).toBe(
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      );
    });

    it("gives back any bytes as they were put", async () => {
      const store = await open();
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
          expect(Buffer.from(await store.get(await store.put(bytes))).equals(bytes)).toBe(true);
        }),
        { numRuns: 30 },
      );
    });

    it("keeps what was put although the caller alters the bytes it gave or got", async () => {
      const store = await open();
      const bytes = Uint8Array.of(1, 2, 3);
      const sha256 = await store.put(bytes);
      bytes[0] = 9;
      (await store.get(sha256))[1] = 9;
      expect([...(await store.get(sha256))]).toEqual([1, 2, 3]);
    });

    it("has what was put, lists it once, and has nothing else", async () => {
      const store = await open();
      const put = [
        await store.put(Buffer.from("a")),
        await store.put(Buffer.from("b")),
        await store.put(Buffer.from("a")),
      ];
      expect(await sorted(store)).toEqual([...new Set(put)].sort());
      for (const sha256 of put) expect(await store.has(sha256)).toBe(true);
      expect(await store.has("0".repeat(64))).toBe(false);
    });

    it("takes many puts at once, of the same and of other bytes", async () => {
      const store = await open();
      const texts = Array.from({ length: 40 }, (_, i) => `blob ${i % 10}`);
      const put = await Promise.all(texts.map((text) => store.put(Buffer.from(text))));
      expect(await sorted(store)).toEqual([...new Set(put)].sort());
      const got = await Promise.all(put.map((sha256) => store.get(sha256)));
      expect(got.map((bytes) => Buffer.from(bytes).toString())).toEqual(texts);
    });

    it("names the hash of a blob that is missing", async () => {
      const store = await open();
      const missing = store.get("0".repeat(64));
      await expect(missing).rejects.toThrow(expect.objectContaining({ code: "BLOB_MISSING" }));
      await expect(missing).rejects.toThrow("0".repeat(64));
    });

    it("lists how many bytes a blob has", async () => {
      const store = await open();
      const sizes = new Map<string, number>();
      for (const size of [0, 1, 1_000]) sizes.set(await store.put(new Uint8Array(size)), size);
      for await (const { sha256, bytes } of store.list()) expect(bytes).toBe(sizes.get(sha256));
    });

    it("removes a blob, and that alone, and takes it when it is put again", async () => {
      const store = await open();
      const [a, b] = [await store.put(Buffer.from("a")), await store.put(Buffer.from("b"))];
      expect(await store.remove(a, Number.POSITIVE_INFINITY)).toBe(true);
      expect(await sorted(store)).toEqual([b]);
      expect(await store.has(a)).toBe(false);
      await expect(store.get(a)).rejects.toThrow(expect.objectContaining({ code: "BLOB_MISSING" }));
      expect(await store.remove(a, Number.POSITIVE_INFINITY)).toBe(false);
      expect(await store.put(Buffer.from("a"))).toBe(a);
      expect(Buffer.from(await store.get(a)).toString()).toBe("a");
    });

    it("does not remove what was put after the time that is given", async () => {
      const store = await open();
      const sha256 = await store.put(Buffer.from("a"));
      const before = (await putAt(store, sha256)) - 1;
      expect(await store.remove(sha256, before)).toBe(false);
      expect(Buffer.from(await store.get(sha256)).toString()).toBe("a");
      await age(sha256);
      expect(await store.remove(sha256, before)).toBe(true);
      expect(await sorted(store)).toEqual([]);
    });

    it("counts a blob that is put again as put now, with its bytes as they were", async () => {
      const store = await open();
      const sha256 = await store.put(Buffer.from("a"));
      await age(sha256);
      const before = await putAt(store, sha256);
      await store.put(Buffer.from("a"));
      // Three quarters of an hour: a test need not know how late it is.
      expect((await putAt(store, sha256)) - before).toBeGreaterThan(2_700_000);
      expect(await store.remove(sha256, before)).toBe(false);
      expect(Buffer.from(await store.get(sha256)).toString()).toBe("a");
    });

    it("has every blob whose put has resolved, although the same are removed meanwhile as long left over", async () => {
      const store = await open();
      const texts = Array.from({ length: 8 }, (_, i) => `left over ${i}`);
      for (let turn = 0; turn < turns; turn++) {
        const put = await Promise.all(texts.map((text) => store.put(Buffer.from(text))));
        for (const sha256 of put) await age(sha256);
        const before = (await putAt(store, put[0] ?? "")) + 60_000;
        const again = texts.map((text) => store.put(Buffer.from(text)));
        // Each a little later than the one before, to meet the puts at every stage.
        const removing = put.map(async (sha256, i) => {
          for (let tick = 0; tick < (i * (turn + 1)) % 29; tick++) await new Promise(setImmediate);
          return store.remove(sha256, before);
        });
        await Promise.all(removing);
        const got = await Promise.all((await Promise.all(again)).map((sha256) => store.get(sha256)));
        expect(got.map((bytes) => Buffer.from(bytes).toString())).toEqual(texts);
      }
    });

    it("leaves blobs alone when it sweeps", async () => {
      const store = await open();
      const sha256 = await store.put(Buffer.from("a"));
      expect(await store.sweep(Number.POSITIVE_INFINITY)).toBe(0);
      expect(Buffer.from(await store.get(sha256)).toString()).toBe("a");
    });

    it("refuses what is not a hash, such as a path", async () => {
      const store = await open();
      for (const word of ["", "../../etc/passwd", "A".repeat(64), "0".repeat(63)]) {
        await expect(store.remove(word, Number.POSITIVE_INFINITY)).rejects.toThrow("64 lower-case hex digits");
        await expect(store.get(word)).rejects.toThrow("64 lower-case hex digits");
        await expect(store.has(word)).rejects.toThrow("64 lower-case hex digits");
      }
    });
  });
};
