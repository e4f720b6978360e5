/** Milliseconds before the first try after a failure, and the most before any. */
type Pauses = { readonly first: number; readonly most: number };

/**
 * Milliseconds to wait before something is tried again: doubled with every failure, up to the most.
 * @param failures how often it has failed since it last succeeded, from 1
 * @example
 * ```ts
 * import { backOff } from "@bnas/errors";
 *
 * [1, 2, 3, 4].map((failures) => backOff(failures, { first: 100, most: 500 })); // => [100, 200, 400, 500]
 * ```
 */
export const backOff = (failures: number, { first, most }: Pauses): number =>
  Math.min(most, first * 2 ** (failures - 1));
