import { join } from "node:path";
import { openLog } from "@bnas/mesh";
import { followSearches, Searches } from "@bnas/pruner/searches";
import { record, searchIdOf, writerOf } from "@bnas/search";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { ownFolder } from "../inputs/own-folder.js";
import { answerOf, recordedSearch, TIME } from "../inputs/whole-search.js";
import { parsedLines } from "../references/parsed-lines.js";

/** As long as the search takes, so that both halves of a pair see the same machine. */
const TIMES = 100;

export const row: Row = {
  measured: "a fact of a whole search that is watched, decided, answered",
  reference: "JSON.parse of its line",
  pairs: { short: 11, full: 31 },
  async open() {
    const { folder, remove } = await ownFolder();
    const log = await openLog(`file:${join(folder, "facts.jsonl")}`);
    const whole = recordedSearch("parsed");
    const lines = whole.map((recorded) => JSON.stringify(recorded));
    const stop = new AbortController();
    const { signal } = stop;
    const clock = () => new Date(TIME);
    // The deciders, and in place of trainers and evaluators a fake that answers at once.
    const deciding = (["pruner", "evaluator"] as const).map(async (writer) =>
      followSearches(await Searches.open(log), { writer, clock, signal }),
    );
    let ended = () => {};
    const answering = (async () => {
      for await (const { subject, fact } of log.watch("bnas.search.>", { signal })) {
        const answer = answerOf(fact);
        if (answer !== undefined) await log.append(record(searchIdOf(subject), answer, writerOf(answer.kind), TIME));
        if (fact.kind === "search.finished") ended();
      }
    })();
    let search = 0;
    const run = async () => {
      const finished = new Promise<void>((resolve) => {
        ended = resolve;
      });
      for (const opened of recordedSearch(`carried-${search++}`).slice(0, 1)) await log.append(opened);
      await finished;
    };
    return {
      measured: processorTime({ units: whole.length, run }),
      reference: processorTime(parsedLines(lines, TIMES)),
      async close() {
        stop.abort();
        await Promise.all([...deciding, answering]);
        await log.close();
        await remove();
      },
    };
  },
};
