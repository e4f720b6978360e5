import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import { parseFactsFile } from "@bnas/log";
import { openLog } from "@bnas/mesh";
import { type NatsSettings, natsSecurity } from "@bnas/nats";
import { restoreFacts } from "@bnas/searches";
import { readFactsText } from "../../outputs/read-facts-file.js";
import type { Surroundings } from "../../terminal/surroundings.js";

/** `bnas restore FACTS`: append to a log the facts of a file that it lacks. */
export const restoreCommand = async (
  path: string,
  flags: { readonly log: string; readonly json: boolean } & NatsSettings,
  here: Surroundings,
): Promise<ExitCode> => {
  const text = await readFactsText(path);
  const { facts, tornTail } = parseFactsFile(text, path);
  if (facts.length === 0) {
    const hint = "check that it is the facts.jsonl of a search";
    throw invalidInput("FACTS", path, "a file with at least one whole fact", hint);
  }
  const log = await openLog(flags.log, { recorder: here.recorder, nats: natsSecurity(flags) });
  try {
    for (const { searchId, restored, present } of await restoreFacts(log, facts, path)) {
      here.out(
        flags.json
          ? JSON.stringify({ type: "restored", search: searchId, restored, present })
          : `${searchId}: ${restored} facts restored, ${present} were there`,
      );
    }
  } finally {
    await log.close();
  }
  if (tornTail) here.note(`${path}: the last line is cut off and was left out; it was never acknowledged`);
  return EXIT.done;
};
