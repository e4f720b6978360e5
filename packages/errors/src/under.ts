import { isBnasError } from "./bnas-error.js";
import { type Path, pathOf } from "./path.js";

/**
 * What was thrown inside a part of a larger input, as an error of the larger input: `imageSize` under `spec.data` is
 * `spec.data.imageSize`. Errors that are not about input stay unchanged.
 * @example
 * ```ts
 * import { fieldOf, invalidInput, isBnasError, under } from "@bnas/errors";
 *
 * const inner = invalidInput("imageSize", 7, "a whole number from 8", "Leave it out for the images' own.");
 * const outer = under("spec.data", inner);
 * isBnasError(outer) ? fieldOf(outer.path) : ""; // => "spec.data.imageSize"
 * ```
 */
export const under = (prefix: string | Path, error: unknown): unknown =>
  isBnasError(error) && error.path.length > 0 ? error.with({ path: [...pathOf(prefix), ...error.path] }) : error;
