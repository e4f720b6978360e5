/** Characters that a terminal obeys instead of showing them: those of control, and those that turn the direction of a line. */
const OBEYED = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu;

/**
 * A text from outside (a file name, a class, a message of a server) as a terminal may show it: what would move its cursor, change its
 * title or turn its lines round is written as JSON writes it. Line breaks and tabs stay.
 * @example
 * ```ts
 * import { printable } from "@bnas/errors";
 *
 * printable("a\u001b[2Jb"); // => "a\\u001b[2Jb"
 * ```
 */
export const printable = (text: string): string =>
  text.replace(OBEYED, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
