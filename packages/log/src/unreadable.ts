import { messageOf } from "@bnas/errors";
import { FACT_KINDS, FACT_VERSION, FACT_VERSIONS, parseRecorded, searchOfPattern } from "@bnas/search";
import type { Stored } from "./fact-log.js";

/** Why a message of a log is no fact for this reader, and what that means, for people. */
export const UNREADABLE = {
  "not-json": "its bytes are not JSON",
  "not-a-fact": "it is JSON, and no fact as docs/facts.md describes them",
  "unknown-kind": "this version knows no fact of its kind",
  "newer-version": "its version is newer than this service reads",
  "other-subject": "it says that it belongs on another subject",
  "bad-subject": "its subject is that of no search",
  "wrong-writer": "the service that it names does not write facts of its kind",
  "never-opened": "no fact opens its search",
  "does-not-fit": "it is about edges or operations that its search does not have",
  "not-asked": "it answers what was not requested",
  refused: "it is an answer, and none that its search takes",
} as const;

export type UnreadableReason = keyof typeof UNREADABLE;

/** A message of a log that is no fact for this reader. It is set aside: no search is made of it. */
export type Unreadable = {
  readonly subject: string;
  readonly sequence: number;
  readonly reason: UnreadableReason;
  /** What exactly is wrong, for people: at most 500 characters. */
  readonly why: string;
  /** The beginning of the message: at most 2,000 bytes of it. */
  readonly text: string;
  /** Length of the whole message. */
  readonly bytes: number;
};

/** A message as it lies in a log. */
export type Message = { readonly subject: string; readonly sequence: number; readonly data: Uint8Array };

const MOST_TEXT = 2_000;
const MOST_WHY = 500;

/** A message with the reason why it is no fact. */
export const unreadable = (
  { subject, sequence, data }: Message,
  reason: UnreadableReason,
  why: string = UNREADABLE[reason],
): Unreadable => ({
  subject,
  sequence,
  reason,
  why: cut(Buffer.from(why), MOST_WHY),
  text: cut(data, MOST_TEXT),
  bytes: data.length,
});

/** A fact that is well formed, with the reason why this reader takes nothing from it: it was never requested, for example. */
export const unwanted = (stored: Stored, reason: UnreadableReason, why?: string): Unreadable => {
  const { sequence, ...recorded } = stored;
  return unreadable({ subject: recorded.subject, sequence, data: Buffer.from(JSON.stringify(recorded)) }, reason, why);
};

export const isUnreadable = (read: Stored | Unreadable): read is Unreadable => "reason" in read;

/** The fact of a message, or why it is none. Whatever the bytes are, it throws nothing. */
export const readMessage = (message: Message): Stored | Unreadable => {
  const { subject, sequence, data } = message;
  if (searchOfPattern(subject) === undefined) return unreadable(message, "bad-subject");
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(data));
  } catch (error) {
    return unreadable(message, "not-json", `it is not JSON: ${messageOf(error)}`);
  }
  try {
    const { version, subject: said, fact } = (value ?? {}) as Partial<Record<string, unknown>>;
    if (typeof version === "number" && Number.isInteger(version) && version > FACT_VERSION) {
      return unreadable(
        message,
        "newer-version",
        `its version is ${version}; this service reads version ${FACT_VERSIONS.join(", ")}`,
      );
    }
    if (typeof said === "string" && said !== subject) return unreadable(message, "other-subject");
    if (!isKnownKind(fact)) return unreadable(message, "unknown-kind");
    return { ...parseRecorded(value, subject), sequence };
  } catch (error) {
    return unreadable(message, isOfWriter(error) ? "wrong-writer" : "not-a-fact", messageOf(error));
  }
};

/** Bytes that are no UTF-8 are no JSON either. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** False only for a fact of a kind that has a name, and one that is not ours. */
const isKnownKind = (fact: unknown): boolean => {
  const { kind } = (fact ?? {}) as Partial<Record<string, unknown>>;
  return typeof kind !== "string" || FACT_KINDS.some((known) => known === kind);
};

const isOfWriter = (error: unknown): boolean =>
  typeof error === "object" &&
  error !== null &&
  "path" in error &&
  Array.isArray(error.path) &&
  error.path.at(-1) === "writer";

/** The beginning of a text, as a text of its own: a part of a long one would keep the whole in memory. */
const cut = (bytes: Uint8Array, most: number): string => Buffer.from(bytes.subarray(0, most)).toString("utf8");
