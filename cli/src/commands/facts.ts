import { stat } from "node:fs/promises";
import { factsFileText, openLog } from "@bnas/mesh";
import { InvalidInput, searchPattern } from "@bnas/search";
import { existingPlace } from "../existing-place.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { writeWhole } from "../output-folder.js";
import type { Terminal } from "../terminal.js";

/** `bnas facts SEARCH_ID`: the facts of a search as a `facts.jsonl`, for `bnas replay` and `bnas restore`. */
export const factsCommand = async (
  searchId: string,
  flags: { readonly log: string; readonly out?: string },
  terminal: Terminal,
): Promise<ExitCode> => {
  const { out } = flags;
  if (out !== undefined && (await stat(out).catch(() => undefined)) !== undefined) {
    throw new InvalidInput("--out", out, "a file that is not there yet", "nothing is written over: name another");
  }
  const pattern = searchPattern(searchId);
  const log = await openLog(await existingPlace("--log", flags.log));
  try {
    const facts = await log.read(pattern);
    if (facts.length === 0) {
      const hint = "the log has no fact of it: check the name and the log";
      throw new InvalidInput("SEARCH_ID", searchId, "the name of a search of this log", hint);
    }
    const text = factsFileText(facts);
    if (out === undefined) {
      terminal.out(text.trimEnd());
      return EXIT.done;
    }
    await writeWhole(out, text).catch((error: NodeJS.ErrnoException) => {
      throw new InvalidInput("--out", out, "a file that can be written", `${error.code}: name another`);
    });
    terminal.note(`wrote ${facts.length} facts of ${searchId} to ${out}`);
    return EXIT.done;
  } finally {
    await log.close();
  }
};
