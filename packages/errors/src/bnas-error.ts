import { CODES, type Code, type CodeRow } from "./codes.js";
import { fieldOf, type Path } from "./path.js";
import { showValue } from "./show-value.js";
import { plainText, spell, type Text, text } from "./text.js";

/** The same symbol in every copy of this package and in every thread; `instanceof` knows the class of one of them alone. */
const BRAND = Symbol.for("bnas.dev/error");

/** What an error is made of. */
export type ErrorParts = {
  /** Left out: it says that the `value` at `path` is not `allowed`, and the hint. */
  readonly message?: Text | undefined;
  /** What to do next. */
  readonly hint: Text;
  /** Where in the input; empty for an error that is about no input. */
  readonly path: Path;
  /** What was there. */
  readonly value: unknown;
  /** What may be there: `a whole number from 2 to 32`. */
  readonly allowed: Text;
  /** Milliseconds until it is worth trying again, of a RETRY. */
  readonly delayMs?: number | undefined;
};

/** Every error of bnas. Its code says of which kind it is, and CODES what follows from that. */
export class BnasError<C extends Code = Code> extends Error {
  readonly code: C;
  readonly path: Path;
  readonly value: unknown;
  readonly allowed: string;
  readonly hint: string;
  readonly delayMs: number | undefined;
  readonly #parts: ErrorParts;

  constructor(code: C, parts: ErrorParts, options?: ErrorOptions) {
    super(plainText(parts.message ?? notAllowed(parts)), options);
    this.code = code;
    this.path = parts.path;
    this.value = parts.value;
    this.allowed = plainText(parts.allowed);
    this.hint = plainText(parts.hint);
    this.delayMs = parts.delayMs;
    this.#parts = parts;
  }

  /** The path as people read it: `spec.data.imageSize`, `facts[3].round`. */
  get field(): string {
    return fieldOf(this.path);
  }

  /** What the table of codes says of it. */
  get row(): CodeRow {
    return CODES[this.code];
  }

  /** What it was made of: texts that still have their names. */
  get parts(): ErrorParts {
    return this.#parts;
  }

  /** The same error with other parts, thrown where this one was. */
  with(parts: Partial<ErrorParts>): BnasError<C> {
    const other = new BnasError(this.code, { ...this.#parts, ...parts }, "cause" in this ? { cause: this.cause } : {});
    if (this.stack !== undefined) other.stack = this.stack.replace(this.message, () => other.message);
    return other;
  }

  get [BRAND](): true {
    return true;
  }
}

// On the prototype, so that it is no field of every error in a log or a test.
Object.defineProperty(BnasError.prototype, "name", { value: "BnasError", configurable: true, writable: true });

const notAllowed = ({ path, value, allowed, hint }: ErrorParts): Text =>
  text`${fieldOf(path)}: ${showValue(value)} is not allowed; it takes ${allowed}. ${hint}`;

/** Whether it is an error of ours, be it of another thread or of another copy of this package. */
export const isBnasError = (error: unknown): error is BnasError =>
  typeof error === "object" && error !== null && BRAND in error;

/** Whether it is an error of ours of one of these codes. */
export const hasCode = <C extends Code>(error: unknown, ...codes: readonly C[]): error is BnasError<C> =>
  isBnasError(error) && codes.some((code) => code === error.code);

/** The error with its names in the caller's spelling; any other error unchanged. */
export const spelled = <T>(error: T, spelling: Parameters<typeof spell>[1]): T | BnasError => {
  if (!isBnasError(error)) return error;
  const { message, allowed, hint } = error.parts;
  return error.with({
    message: message === undefined ? undefined : spell(message, spelling),
    allowed: spell(allowed, spelling),
    hint: spell(hint, spelling),
  });
};
