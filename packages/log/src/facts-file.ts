import type { Recorded } from "@bnas/search";
import { readLine, writeLine } from "./fact-line.js";
import type { Stored } from "./fact-log.js";

/** What a file of facts holds: the first fact of every subject, in order. `tornTail`: the last line is cut off and left out. */
export type FactsFile = {
  readonly facts: readonly Stored[];
  readonly tornTail: boolean;
  /** Every whole line, also second ones on a subject. */
  readonly lines: readonly FactsLine[];
};

/** A line of a file: its fact, its hash, and whether it is spelt as JSON is written here, without spaces and in the shortest numbers. */
export type FactsLine = { readonly stored: Stored; readonly sha256: string; readonly isPlain: boolean };

/**
 * Read the text of a `facts.jsonl` that no process writes any more. A complete last line counts even if an editor removed its
 * newline.
 * @throws InvalidInput that names the line for one that was edited
 * @param path for the errors
 */
export const parseFactsFile = (text: string, path: string): FactsFile => {
  const texts = text.split("\n");
  const lines: FactsLine[] = [];
  const facts = new Map<string, Stored>();
  let tornTail = false;
  for (const [index, line] of texts.entries()) {
    const sequence = index + 1;
    const read = readLine(Buffer.from(line), `${path} line ${sequence}`);
    if (read === null) tornTail = line !== "" && sequence === texts.length;
    if (read === null) continue;
    const stored = { ...read.recorded, sequence };
    lines.push({ stored, sha256: read.sha256, isPlain: isPlain(line) });
    if (!facts.has(stored.subject)) facts.set(stored.subject, stored);
  }
  return { facts: [...facts.values()], tornTail, lines };
};

/** A line after one that was cut off is a part of it, and was read already. */
const isPlain = (line: string): boolean => {
  try {
    return JSON.stringify(JSON.parse(line)) === line;
  } catch {
    return true;
  }
};

/**
 * The text of a `facts.jsonl` with these facts: a line each, as a log in a file has it.
 * @example
 * ```ts
 * import { factsFileText, parseFactsFile } from "@bnas/log";
 * import { record } from "@bnas/search";
 *
 * const paused = record("a", { kind: "search.paused", control: 1 }, "pruner", "2026-01-01T00:00:00Z");
 * const { facts, tornTail } = parseFactsFile(factsFileText([paused]), "facts.jsonl");
 * facts[0]?.subject; // => "bnas.search.a.control.1"
 * tornTail; // => false
 * ```
 */
export const factsFileText = (facts: readonly Recorded[]): string =>
  facts.map((recorded) => `${writeLine(recorded).text}\n`).join("");
