import { isBnasError } from "./bnas-error.js";
import { type Path, pathOf } from "./path.js";

/**
 * What was thrown inside a part of a larger input, as whoever gave the larger one sees it: `imageSize` under `spec.data` is
 * `spec.data.imageSize`. Errors that are about no input stay as they are.
 */
export const under = (prefix: string | Path, error: unknown): unknown =>
  isBnasError(error) && error.path.length > 0 ? error.with({ path: [...pathOf(prefix), ...error.path] }) : error;
