import { invalidInput } from "@bnas/errors";
import type { TensorValue } from "@bnas/search";
import { isSameTensor, type Manifest, sizeOf, type TensorEntry } from "./manifest.js";

/** How checkpoints that were all made of one base become one. */
export type MergedManifests = {
  /** The base, and in its place what exactly one part changed: entries as they are, nothing is copied. */
  readonly union: Manifest;
  /** Tensors that several parts changed -> the indices of these parts, rising. Their values become a mean. */
  readonly shared: ReadonlyMap<string, readonly number[]>;
};

/**
 * Merge the samples of a pass (paper.md section 6). They share no operation on any edge, so the weights of an operation and their
 * momentum are changed by one of them at most; stem, preprocessing and classifier are changed by all. The hashes show what changed:
 * a sample that took part and did not change a tensor, to the last bit, does not count in its mean.
 * @param parts in the order of the samples, never in that of their coming: a mean is a sum, and sums depend on the order
 * @example
 * ```ts
 * import { mergeManifests } from "@bnas/store";
 *
 * const place = { dtype: "float32", shape: [2], blob: "ab12", offset: 0 } as const;
 * const entry = (sha256: string) => ({ ...place, sha256 });
 * const base = new Map([["stem", entry("a")], ["edge.none", entry("b")]]);
 * const first = new Map([["stem", entry("c")], ["edge.none", entry("d")]]);
 * const second = new Map([["stem", entry("e")], ["edge.none", entry("b")]]);
 * const { union, shared } = mergeManifests(base, [first, second]);
 * union.get("edge.none"); // => entry("d")
 * shared; // => new Map([["stem", [0, 1]]])
 * ```
 */
export const mergeManifests = (base: Manifest, parts: readonly Manifest[]): MergedManifests => {
  const changes = new Map<string, { readonly index: number; readonly entry: TensorEntry }[]>();
  for (const [index, part] of parts.entries()) {
    for (const [name, entry] of part) {
      if (isSameTensor(base.get(name), entry)) continue;
      changes.set(name, [...(changes.get(name) ?? []), { index, entry }]);
    }
  }
  const union = new Map(base);
  const shared = new Map<string, readonly number[]>();
  for (const [name, changed] of changes) {
    const [first] = changed;
    if (changed.length === 1 && first !== undefined) union.set(name, first.entry);
    else
      shared.set(
        name,
        changed.map(({ index }) => index),
      );
  }
  return { union, shared };
};

/** A tensor and what it counts in a mean: the images that it was trained on. */
export type Weighted = { readonly value: TensorValue; readonly images: number };

/**
 * The mean of tensors weighted by images, entry by entry: added up in double precision in the order given, divided, and rounded
 * once to single precision. Equal tensors give themselves.
 * @throws InvalidInput where there is none, where shapes differ, or where no part was trained on an image
 * @example
 * ```ts
 * import { weightedMean } from "@bnas/store";
 *
 * const value = (...values: number[]) => ({ shape: [values.length], values: Float32Array.from(values) });
 * const parts = [
 *   { value: value(1, 2), images: 100 },
 *   { value: value(5, 2), images: 300 },
 * ];
 * weightedMean("stem", parts).values; // => [4, 2]
 * ```
 */
export const weightedMean = (name: string, parts: readonly Weighted[]): TensorValue => {
  const shape = parts[0]?.value.shape ?? [];
  const images = parts.reduce((sum, part) => sum + part.images, 0);
  const other = parts.find(({ value }) => value.shape.join() !== shape.join() || value.values.length !== sizeOf(shape));
  if (parts.length === 0 || other !== undefined || !(images > 0)) {
    throw invalidInput(
      `tensor ${name}`,
      parts.map(({ value, images }) => `[${value.shape.join(", ")}] of ${images} images`),
      "one shape for all parts, each trained on at least one image",
      "These checkpoints are not of one pass: give those that the request to merge names.",
    );
  }
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    let sum = 0;
    for (const { value, images } of parts) sum += images * (value.values[i] ?? 0);
    return sum / images;
  });
  return { shape, values };
};
