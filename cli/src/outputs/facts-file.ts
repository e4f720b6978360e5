import { stat } from "node:fs/promises";
import { invalidInput } from "@bnas/errors";
import { factsFileText } from "@bnas/log";
import { evolve, type Recorded, start, verdictOf } from "@bnas/search";
import type { Terminal } from "../terminal/terminal.js";
import { writeWhole } from "./output-folder.js";

/** Refuse a file that is there already; undefined is standard output. Asked before any work is done. @param flag that names it */
export const requireFreeFile = async (out: string | undefined, flag = "--out"): Promise<void> => {
  if (out === undefined || (await stat(out).catch(() => undefined)) === undefined) return;
  throw invalidInput(flag, out, "a file that is not there yet", "Nothing is written over: name another.");
};

/** Leave the facts of a search as a `facts.jsonl`, in a file or on standard output. */
export const leaveFacts = async (
  searchId: string,
  facts: readonly Recorded[],
  out: string | undefined,
  terminal: Terminal,
): Promise<void> => {
  const text = factsFileText(facts);
  if (out === undefined) {
    terminal.out(text.trimEnd());
    return;
  }
  await writeWhole(out, text).catch((error: NodeJS.ErrnoException) => {
    throw invalidInput("--out", out, "a file that can be written", `${error.code}: name another.`);
  });
  terminal.note(`wrote ${facts.length} facts of ${searchId} to ${out}`);
  const verdict = verdictOf(facts.reduce((search, { fact }) => evolve(search, fact), start(searchId)));
  if (verdict !== undefined) terminal.note(`verdict: ${verdict.kind}. ${verdict.seen}`);
};
