import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256Of } from "../../disk/src/sha256.js";
import type { Manifest, TensorEntry } from "../src/checkpoint/manifest.js";
import { mergeManifests, weightedMean } from "../src/checkpoint/merge.js";

/** A manifest from tensor name -> any word for its values. */
const manifest = (values: Record<string, string>): Manifest =>
  new Map(Object.entries(values).map(([name, word]) => [name, entry(word)]));
const entry = (word: string, blob = word): TensorEntry => ({
  dtype: "float32",
  shape: [1],
  sha256: sha256Of(word),
  blob: sha256Of(blob),
  offset: 0,
});

const names = fc.constantFrom("stem", "classifier", "a", "b", "c", "d");
const anyManifest = fc.dictionary(names, fc.constantFrom("v", "w", "x"), { noNullPrototype: true }).map(manifest);

const weighted = (values: readonly number[], images: number) => ({
  value: { shape: [values.length], values: Float32Array.from(values) },
  images,
});

describe("a merge of manifests", () => {
  const base = manifest({ stem: "0", a: "0", b: "0", c: "0" });

  it("takes from each sample what it alone changed, keeps the rest of the base, and names what several changed", () => {
    const one = manifest({ stem: "1", a: "1", b: "0", c: "0" });
    const two = manifest({ stem: "2", a: "0", b: "2", c: "0" });
    const { union, shared } = mergeManifests(base, [one, two]);
    expect(union).toEqual(manifest({ stem: "0", a: "1", b: "2", c: "0" }));
    expect(shared).toEqual(new Map([["stem", [0, 1]]]));
  });

  it("takes tensors that the base has not, such as momentum after the first step", () => {
    const { union, shared } = mergeManifests(base, [
      manifest({ "a/momentum": "1", "stem/momentum": "1" }),
      manifest({ "b/momentum": "2", "stem/momentum": "2" }),
    ]);
    expect(union.get("a/momentum")).toEqual(entry("1"));
    expect(union.get("b/momentum")).toEqual(entry("2"));
    expect(shared).toEqual(new Map([["stem/momentum", [0, 1]]]));
  });

  it("goes by the values of a tensor, not by the blob that they lie in", () => {
    const moved = new Map([["a", entry("0", "elsewhere")]]);
    expect(mergeManifests(base, [moved]).union).toEqual(base);
  });

  it("counts a tensor of the same values in another shape as changed", () => {
    const other = { ...entry("0"), shape: [1, 1] };
    expect(mergeManifests(base, [new Map([["a", other]])]).union.get("a")).toEqual(other);
  });

  it("is the sample itself when there is but one", () => {
    fc.assert(
      fc.property(anyManifest, anyManifest, (before, changed) => {
        const part = new Map([...before, ...changed]);
        const { union, shared } = mergeManifests(before, [part]);
        expect(new Map([...union].sort())).toEqual(new Map([...part].sort()));
        expect(shared.size).toBe(0);
      }),
    );
  });

  it("has every tensor once: from the base, from one sample, or as the mean of exactly those that changed it", () => {
    fc.assert(
      fc.property(anyManifest, fc.array(anyManifest, { maxLength: 4 }), (before, changes) => {
        const parts = changes.map((changed) => new Map([...before, ...changed]));
        const { union, shared } = mergeManifests(before, parts);
        for (const name of new Set([before, ...parts].flatMap((one) => [...one.keys()]))) {
          const changers = [...parts.keys()].filter((index) => {
            const now = parts[index]?.get(name);
            return now !== undefined && now.sha256 !== before.get(name)?.sha256;
          });
          if (changers.length > 1) expect(shared.get(name)).toEqual(changers);
          else {
            expect(shared.has(name)).toBe(false);
            expect(union.get(name)).toEqual(
              changers.length === 0 ? before.get(name) : parts[changers[0] ?? 0]?.get(name),
            );
          }
        }
      }),
    );
  });
});

describe("a weighted mean of tensors", () => {
  const finite = fc.float({ noDefaultInfinity: true, noNaN: true, min: -1e6, max: 1e6 });
  const images = fc.integer({ min: 1, max: 100_000 });

  it("counts a tensor by its images", () => {
    expect(weightedMean("stem", [weighted([1, 10], 100), weighted([4, -2], 50)])).toEqual({
      shape: [2],
      values: Float32Array.of(2, 6),
    });
  });

  it("of equal tensors is that tensor, bit for bit", () => {
    fc.assert(
      fc.property(fc.array(finite), fc.array(images, { minLength: 1, maxLength: 8 }), (values, counts) => {
        // Without a sum of nothing but -0, which is +0.
        const some = values.map((value) => value + 0);
        const mean = weightedMean(
          "a",
          counts.map((count) => weighted(some, count)),
        );
        expect([...mean.values]).toEqual([...Float32Array.from(some)]);
      }),
    );
  });

  it("lies between the least and the greatest, and is within one rounding of the mean in double precision", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(finite, images), { minLength: 1, maxLength: 8 }), (parts) => {
        const [mean = Number.NaN] = weightedMean(
          "a",
          parts.map(([value, count]) => weighted([value], count)),
        ).values;
        const values = parts.map(([value]) => value);
        expect(mean).toBeGreaterThanOrEqual(Math.min(...values));
        expect(mean).toBeLessThanOrEqual(Math.max(...values));
        const total = parts.reduce((sum, [, count]) => sum + count, 0);
        const exact = parts.reduce((sum, [value, count]) => sum + value * count, 0) / total;
        expect(mean).toBe(Math.fround(exact));
      }),
    );
  });

  it("adds up in double precision: small changes of large weights are not lost", () => {
    const parts = [weighted([2 ** 24], 1), weighted([1], 1), weighted([1], 1), weighted([-(2 ** 24)], 1)];
    expect(weightedMean("a", parts).values).toEqual(Float32Array.of(0.5));
  });

  it("keeps the shape, the scalar's too", () => {
    const scalar = { value: { shape: [], values: Float32Array.of(3) }, images: 1 };
    expect(weightedMean("a", [scalar, scalar])).toEqual(scalar.value);
  });

  it.each([
    ["nothing", []],
    ["shapes that differ", [weighted([1, 2], 1), weighted([1], 1)]],
    [
      "shapes of one size that differ",
      [weighted([1, 2], 1), { value: { shape: [1, 2], values: Float32Array.of(1, 2) }, images: 1 }],
    ],
    ["a shape that its values have not", [{ value: { shape: [2], values: Float32Array.of(1) }, images: 1 }]],
    ["no images", [weighted([1], 0), weighted([2], 0)]],
  ])("of %s is refused by the name of the tensor", (_, parts) => {
    expect(() => weightedMean("stem", parts)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(() => weightedMean("stem", parts)).toThrow(/tensor stem/);
  });
});
