import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import { openLog, openStore } from "@bnas/mesh";
import { type NatsSettings, natsSecurity } from "@bnas/nats";
import { parseSearchId } from "@bnas/search";
import { readSearchFacts } from "@bnas/searches";
import { existingPlace } from "../../outputs/existing-place.js";
import { leaveFacts, requireFreeFile } from "../../outputs/facts-file.js";
import type { Surroundings } from "../../terminal/surroundings.js";

/**
 * `bnas facts SEARCH_ID --log URI`: the facts of a search as a `facts.jsonl`, for `bnas replay` and `bnas restore`. Those of an
 * archived search are in the store.
 */
export const factsCommand = async (
  searchId: string,
  flags: { readonly log: string; readonly store?: string; readonly out?: string } & NatsSettings,
  here: Surroundings,
): Promise<ExitCode> => {
  await requireFreeFile(flags.out);
  parseSearchId(searchId);
  const { recorder, env } = here;
  const opening = { recorder, env, nats: natsSecurity(flags) };
  const log = await openLog(await existingPlace("--log", flags.log), opening);
  try {
    const store =
      flags.store === undefined ? undefined : await openStore(await existingPlace("--store", flags.store), opening);
    const facts = await readSearchFacts(log, store, searchId);
    if (facts === undefined || facts.length === 0) {
      const hint = facts === undefined ? "it was deleted" : "the log has no fact of it: check the name and the log";
      throw invalidInput("SEARCH_ID", searchId, "the name of a search of this log", hint);
    }
    await leaveFacts(searchId, facts, flags.out, here);
    return EXIT.done;
  } finally {
    await log.close();
  }
};
