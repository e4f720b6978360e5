import fc from "fast-check";
import { BnasError, CODE_NAMES, method, requestField, setting, type Text, text } from "../src/index.js";

/** Any path: names and indices, as schemas give them. */
export const anyPath = fc.array(fc.oneof(fc.string(), fc.nat()), { maxLength: 5 });

/** A path whose names are words, as those of all our own inputs are. */
export const wordPath = fc
  .tuple(fc.stringMatching(/^[a-z]\w{0,8}$/), fc.array(fc.oneof(fc.stringMatching(/^[a-z]\w{0,8}$/), fc.nat(999_999))))
  .map(([first, more]) => [first, ...more]);

const name = fc.oneof(fc.string().map(setting), fc.string().map(method), fc.string().map(requestField));

/** A text, with names in it or without. */
export const anyText: fc.Arbitrary<Text> = fc.oneof(
  fc.string(),
  fc.tuple(fc.string(), name, fc.string()).map(([before, word, after]) => text`${before}${word}${after}`),
);

/** What a message to a thread can contain. */
const anyValue = fc.anything({ withDate: true, withMap: true, withBigInt: true });

/** An error of any code, with anything in it. */
export const anyError = fc
  .record({
    code: fc.constantFrom(...CODE_NAMES),
    message: fc.option(anyText, { nil: undefined }),
    hint: anyText,
    path: anyPath,
    value: anyValue,
    allowed: anyText,
    delayMs: fc.option(fc.nat(), { nil: undefined }),
  })
  .map(({ code, ...parts }) => new BnasError(code, parts));
