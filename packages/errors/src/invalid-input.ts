import { BnasError, hasCode } from "./bnas-error.js";
import type { Code } from "./codes.js";
import { type Path, pathOf } from "./path.js";
import type { Text } from "./text.js";

/** Input that cannot be used. Says which field, the value, what is allowed and what to do next. */
export type InvalidInput = BnasError<"INVALID_INPUT">;

/**
 * An error of input.
 * @param path the offending field, as the caller spells it: `spec.network.cells`, `--out`, or its parts
 * @param allowed what it takes: `a whole number from 2 to 32` @param hint what to do next
 * @example
 * ```ts
 * import { invalidInput } from "@bnas/errors";
 *
 * const error = invalidInput("spec.network.cells", 99, "a whole number from 2 to 32", "Use 8 to search as the paper does.");
 * error.code; // => "INVALID_INPUT"
 * error.path; // => ["spec", "network", "cells"]
 * error.message; // => "spec.network.cells: 99 is not allowed; it takes a whole number from 2 to 32. Use 8 to search as the paper does."
 * ```
 */
export const invalidInput = (
  path: string | Path,
  value: unknown,
  allowed: Text,
  hint: Text,
  options?: ErrorOptions,
): InvalidInput => notAllowed("INVALID_INPUT", path, value, allowed, hint, options);

/** An error of another code that is about a value, too: such as damaged facts. Its message is that of `invalidInput`. */
export const notAllowed = <C extends Code>(
  code: C,
  path: string | Path,
  value: unknown,
  allowed: Text,
  hint: Text,
  options?: ErrorOptions,
): BnasError<C> => new BnasError(code, { hint, path: pathOf(path), value, allowed }, options);

export const isInvalidInput = (error: unknown): error is InvalidInput => hasCode(error, "INVALID_INPUT");
