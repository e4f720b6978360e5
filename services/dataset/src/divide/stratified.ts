import { invalidInput } from "@bnas/errors";
import type { Stream } from "@bnas/search";

/** Image numbers by class: entry k holds the images of class k, in rising order. */
export const byClass = (labels: ArrayLike<number>, classes: number, images?: Uint32Array): number[][] => {
  const members = Array.from({ length: classes }, (): number[] => []);
  const count = images?.length ?? labels.length;
  for (let i = 0; i < count; i++) {
    const image = images?.[i] ?? i;
    members[labels[image] ?? 0]?.push(image);
  }
  return members;
};

/**
 * How many of `total` images each class gives: in proportion to its size, by largest remainders, ties to the lower class,
 * and at least `least` where the class has so many.
 * @param sizes images of each class @param total at most the sum of `sizes`
 */
export const proportions = (sizes: readonly number[], total: number, least: number): number[] => {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (total > all || total < 0)
    throw invalidInput("images", total, `a whole number from 0 to ${all}`, "Ask for fewer.");
  const given = sizes.map((size) => Math.floor((size * total) / all));
  let left = total - given.reduce((sum, count) => sum + count, 0);
  // Whole numbers, so that equal remainders are equal on every machine.
  const byRemainder = sizes
    .map((size, index) => ({ index, remainder: (size * total) % all }))
    .sort((one, other) => other.remainder - one.remainder || one.index - other.index);
  for (const { index } of byRemainder) {
    if (left-- <= 0) break;
    given[index] = (given[index] ?? 0) + 1;
  }
  for (const [index, size] of sizes.entries()) {
    while ((given[index] ?? 0) < Math.min(least, size)) {
      const richest = given.indexOf(Math.max(...given));
      if ((given[richest] ?? 0) <= least) break;
      given[richest] = (given[richest] ?? 0) - 1;
      given[index] = (given[index] ?? 0) + 1;
    }
  }
  return given;
};

/** A stratified draw without replacement: `counts[k]` images of class k. `random` gives the stream of a class. */
export const draw = (
  members: readonly (readonly number[])[],
  counts: readonly number[],
  random: (label: number) => Stream,
): Uint32Array => {
  const drawn = members.flatMap((images, label) =>
    random(label)
      .shuffle(images)
      .slice(0, counts[label] ?? 0),
  );
  return Uint32Array.from(drawn).sort();
};
