import { setTimeout as pause } from "node:timers/promises";
import { backOff, type ExitCode, hasCode } from "@bnas/errors";
import { assess, start } from "@bnas/search";
import { ProgressView } from "../terminal/progress.js";
import type { Terminal } from "../terminal/terminal.js";
import { showEnd } from "./end-of-search.js";
import { followSearch } from "./follow-search.js";
import type { Mesh } from "./reach-mesh.js";

/** Milliseconds between attempts to watch on, and how often it is tried without an answer: for about five minutes. */
const pauses = { first: 500, most: 5_000 };
const MOST_ATTEMPTS = 60;

/**
 * Show a search of a mesh until it has ended, or until Ctrl-C, which leaves the search alone. A connection that breaks is made
 * again, and no fact is shown twice. @param after facts up to this sequence are not shown
 */
export const watchToEnd = async (
  mesh: Mesh,
  searchId: string,
  { json, after = 0 }: { readonly json: boolean; readonly after?: number },
  terminal: Terminal,
): Promise<ExitCode> => {
  const { interrupted: signal } = terminal;
  const { progress: known } = await mesh.client.getSearch({ searchId }, { signal });
  const progress = new ProgressView(terminal, {
    json,
    clock: () => performance.now() / 1000,
    liveAfter: known?.sequence ?? 0,
    shownAfter: after,
  });
  let away = false;
  const end = await followSearch(mesh.client, searchId, {
    signal,
    onFact(recorded, sequence) {
      if (away) terminal.note("the mesh answers again");
      away = false;
      progress.fact(recorded, sequence);
    },
    async lost(error, attempt) {
      if (!hasCode(error, "UNAVAILABLE") || attempt > MOST_ATTEMPTS) throw error;
      if (!away) terminal.note("the mesh does not answer; trying again for about five minutes");
      away = true;
      // An abort ends the pause, and the next attempt with it.
      await pause(backOff(attempt, pauses), undefined, { signal }).catch(() => {});
      return mesh.again().catch((reason: unknown) => {
        if (hasCode(reason, "UNAVAILABLE") && attempt < MOST_ATTEMPTS) return mesh.client;
        throw reason;
      });
    },
  });
  const files = `\`bnas architecture ${searchId} --out FOLDER\` writes it to files`;
  const why = `\`bnas ledger ${searchId}\` tells why each operation went`;
  return showEnd(progress, end, {
    finished: async () => ({
      line: [files, ...(progress.search?.rounds.length ? [why] : [])].join("; "),
      assessment: assess(progress.search ?? start(searchId)),
    }),
    interrupted: `stopped watching; the search continues: bnas watch ${searchId}`,
  });
};
