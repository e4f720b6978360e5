import { BnasError, type ErrorParts, isBnasError } from "./bnas-error.js";
import type { Code } from "./codes.js";
import { showValue } from "./show-value.js";
import { asBnasError } from "./system-error.js";

/** An error as plain data, which a message to another thread can contain. */
export type PlainError =
  | ({ readonly code: Code; readonly stack: string } & ErrorParts)
  | { readonly name: string; readonly message: string; readonly stack: string };

/** An error that stays one of ours; one of another origin keeps its name and its message, and goes no further than the log. */
export const toPlain = (thrown: unknown): PlainError => {
  const error = foreseen(thrown);
  if (isBnasError(error)) {
    const { code, parts, stack = "" } = error;
    return { code, stack, ...parts, value: cloneable(parts.value) };
  }
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: "" };
  return { name: error.name, message: error.message, stack: error.stack ?? "" };
};

/**
 * The error on the other side.
 * @example
 * ```ts
 * import { fromPlain, hasCode, invalidInput, toPlain } from "@bnas/errors";
 *
 * const here = invalidInput("seed", -1, "a whole number from 0", "Use 0.");
 * const there = fromPlain(structuredClone(toPlain(here)));
 * hasCode(there, "INVALID_INPUT"); // => true
 * ```
 */
export const fromPlain = (plain: PlainError): Error => {
  const { stack } = plain;
  const error = "code" in plain ? revived(plain) : Object.assign(new Error(plain.message), { name: plain.name });
  if (stack !== "") error.stack = stack;
  return error;
};

const revived = ({ code, stack: _, ...parts }: Extract<PlainError, { readonly code: Code }>): BnasError =>
  new BnasError(code, parts);

/** A full disk is always an error of ours. An unexpected error stays as it is. */
const foreseen = (thrown: unknown): unknown => {
  const error = asBnasError(thrown);
  return error.code === "INTERNAL" || error.code === "CANCELLED" ? thrown : error;
};

/** A value that a message can contain: a function, which it cannot contain, becomes its text. */
const cloneable = (value: unknown): unknown => {
  try {
    structuredClone(value);
    return value;
  } catch {
    return showValue(value);
  }
};
