import { createHash } from "node:crypto";
import { SHA256_DIGITS, sha256Of } from "@bnas/disk";
import { FACT_VERSIONS, isSubject, parseRecorded, type Recorded } from "@bnas/search";
import { factsDamaged } from "./facts-damaged.js";

// A line is the JSON of a Recorded with one more field at its end: the SHA-256 of the JSON without it.
//   {"version":1,"subject":"...","writer":"...","time":"...","fact":{...},"sha256":"<64 hex digits>"}
const start = '{"version":';
const SEAL = new RegExp(`,"sha256":"(${SHA256_DIGITS})"\\}$`);
const SEAL_LENGTH = 77;
const ANY_SEAL = new RegExp(`,"sha256":"${SHA256_DIGITS}"\\}`);

/** A fact and the hash in its line. */
export type Line = { readonly recorded: Recorded; readonly sha256: string };

/**
 * The line of a fact, without its newline, and the fact as that line keeps it (a copy).
 * @throws InvalidInput for a fact that could not be read back (a NaN in it)
 */
export const writeLine = (recorded: Recorded): Line & { readonly text: string } => {
  const { version, subject, writer, time, fact } = recorded;
  const body = JSON.stringify({ version, subject, writer, time, fact });
  const sha256 = sha256Of(body);
  return {
    recorded: parseRecorded(JSON.parse(body), subject),
    sha256,
    text: `${body.slice(0, -1)},"sha256":"${sha256}"}`,
  };
};

/**
 * The fact of one line of bytes (without its newline), or null for a torn one: what a crash in the middle of a write leaves, which
 * was never acknowledged. When two processes write, a whole record may follow torn bytes on the same line: it counts.
 * @throws FACTS_DAMAGED for a line that was edited or damaged, and for one of another version
 * @param where `PATH line 7`
 */
export const readLine = (line: Buffer, where: string): Line | null => {
  const found = findRecord(line, where);
  return found === null ? null : parse(line.subarray(found.at), where);
};

/**
 * The subject of the fact of a line alone. Much quicker: bytes with the right hash are what was written. Gives null and throws
 * as `readLine` does.
 */
export const listLine = (line: Buffer, where: string): string | null => {
  const found = findRecord(line, where);
  if (found === null) return null;
  const record = line.subarray(found.at);
  const end = record.indexOf(quote, head.length);
  // A text of its own, not a part of a longer one: there may be a million of them.
  const subject = record.toString("latin1", head.length, end);
  const isKnown = record.subarray(0, head.length).equals(head) && isSubject(subject);
  return isKnown ? subject : parse(record, where).recorded.subject;
};

/** How `writeLine` begins a line of the first version, up to the subject. Lines of others are parsed. */
const head = Buffer.from('{"version":1,"subject":"');
const quote = 0x22;

const findRecord = (line: Buffer, where: string): { readonly at: number } | null => {
  for (let at = line.indexOf(start, 0, "latin1"); at >= 0; at = line.indexOf(start, at + 1, "latin1")) {
    if (!isSealed(line.subarray(at))) continue;
    if (at > 0 && !isTorn(line.subarray(0, at))) break;
    return { at };
  }
  if (isTorn(line)) return null;
  throw factsDamaged(
    where,
    line.toString("utf8"),
    "a line as it was written, with the SHA-256 of itself",
    "It was edited or damaged after it was written: take the file from a copy. Facts are never changed.",
  );
};

/** Whether these bytes end in the hash of the rest. */
const isSealed = (bytes: Buffer): boolean => {
  const sha256 = SEAL.exec(bytes.subarray(-SEAL_LENGTH).toString("latin1"))?.[1];
  if (sha256 === undefined) return false;
  return sha256 === createHash("sha256").update(bytes.subarray(0, -SEAL_LENGTH)).update("}").digest("hex");
};

/**
 * Whether these are records cut off: they begin like one, are not whole JSON, have no hash in them, and do not end in what
 * looks like a damaged one. (No field of a fact is called sha256.)
 */
const isTorn = (bytes: Buffer): boolean => {
  // Some file systems fill what a power cut took with zeros; a single zero may be a damaged byte.
  const text = bytes.toString("utf8").replace(/\0{8,}/g, "");
  if (text === "") return true;
  if (!text.startsWith(start.slice(0, text.length))) return false;
  return !isJson(text) && !ANY_SEAL.test(text) && sealErrors(text) > 3;
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** How many of the last 77 characters differ from what a hash field looks like. A damaged one or two hide no whole record. */
const sealErrors = (text: string): number => {
  const end = text.slice(-SEAL_LENGTH);
  const form = `,"sha256":"${"0".repeat(64)}"}`;
  return [...form].filter((wanted, i) => {
    const found = end[i] ?? "";
    return wanted === "0" ? !/[0-9a-f]/.test(found) : found !== wanted;
  }).length;
};

const parse = (bytes: Buffer, where: string): Line => {
  // The hash was checked, so these bytes are JSON that this program, or another version of it, has written.
  const { sha256, ...rest } = JSON.parse(bytes.toString("utf8"));
  if (FACT_VERSIONS.includes(rest.version)) return { recorded: parseRecorded(rest, where), sha256 };
  throw factsDamaged(
    `${where}: version`,
    rest.version,
    FACT_VERSIONS.join(", "),
    "Another version of bnas wrote this file: read it with that version, or begin the search again in another folder.",
  );
};
