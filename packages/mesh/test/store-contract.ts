import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlobMissing } from "../src/store/blob-errors.js";
import type { BlobStore } from "../src/store/blob-store.js";

const sorted = async (store: BlobStore): Promise<string[]> => {
  const found: string[] = [];
  for await (const sha256 of store.list()) found.push(sha256);
  return found.sort();
};

/** What every store keeps. @param open a new, empty store */
export function storeContract(name: string, open: () => Promise<BlobStore>): void {
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
      await expect(missing).rejects.toThrow(BlobMissing);
      await expect(missing).rejects.toThrow("0".repeat(64));
    });

    it("refuses what is not a hash, such as a path", async () => {
      const store = await open();
      for (const word of ["", "../../etc/passwd", "A".repeat(64), "0".repeat(63)]) {
        await expect(store.get(word)).rejects.toThrow("64 lower-case hex digits");
        await expect(store.has(word)).rejects.toThrow("64 lower-case hex digits");
      }
    });
  });
}
