import { createHash } from "node:crypto";
import { invalidInput } from "@bnas/errors";

/** SHA-256 of bytes or of UTF-8 text, in lower-case hex. */
export const sha256Of = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

/** How a hash is written, for a pattern that contains one. */
export const SHA256_DIGITS = "[0-9a-f]{64}";

const whole = new RegExp(`^${SHA256_DIGITS}$`);

export const isSha256 = (text: string): boolean => whole.test(text);

/** A hash from outside becomes a file name: nothing else than 64 hex digits may. */
export const checkSha256 = (text: string): string => {
  if (isSha256(text)) return text;
  throw invalidInput("sha256", text, "64 lower-case hex digits", "Take it from a fact or a manifest.");
};
