import { hasCode } from "@bnas/errors";
import type { Stored } from "@bnas/log";
import { type Search, type SearchServiceDefinition, SearchState } from "@bnas/proto";
import type { Connection } from "@bnas/rpc";
import { type PartialSpec, parseRecorded } from "@bnas/search";
import type { Answer } from "./history.js";

type Client = Connection<typeof SearchServiceDefinition>["client"];

/** What a client of the API learned of a search, from CreateSearch to the last fact. */
export type Seen = { readonly watched: readonly Stored[]; readonly answers: readonly Answer[] };

/**
 * Open a search and follow it to its end as any client may: ask again whenever no server answers, continue the watch after the last
 * fact, and ask at intervals how far it is. Rejects when for `patienceMs` no fact came and nothing was struck.
 * @param struck when the last strike fell, by performance.now()
 */
export const follow = async (
  client: Client,
  { searchId, spec }: { readonly searchId: string; readonly spec: PartialSpec },
  { patienceMs, struck }: { readonly patienceMs: number; readonly struck: () => number },
): Promise<Seen> => {
  const watched: Stored[] = [];
  const answers: Answer[] = [];
  let moved = performance.now();
  const stillMoving = (error?: unknown): void => {
    if (performance.now() - Math.max(moved, struck()) < patienceMs) return;
    const last = watched.at(-1)?.subject ?? "nothing";
    throw new Error(`${searchId} makes no progress: ${patienceMs / 1000} s without a fact after ${last}`, {
      cause: error,
    });
  };

  // A message has a space and a genotype as texts; these searches have none of their own.
  const { space: _, genotype: __, ...own } = spec;
  await insist(stillMoving, () => client.createSearch({ searchId, spec: { ...own, preset: "smoke" } }));
  const asking = { go: true };
  const asked = (async () => {
    while (asking.go) {
      await pause(400);
      await client.getSearch({ searchId }).then(
        (search) => answers.push(answerOf(search)),
        (error: unknown) => {
          if (isUnknown(error)) answers.push({ ...nothing, unknown: true });
        },
      );
    }
  })();
  try {
    for (;;) {
      try {
        for await (const { sequence, factJson } of client.watchSearch({
          searchId,
          afterSequence: watched.at(-1)?.sequence ?? 0,
        })) {
          watched.push({ ...parseRecorded(JSON.parse(factJson), searchId), sequence });
          moved = performance.now();
        }
        if (/^search\.(finished|failed|cancelled)$/.test(watched.at(-1)?.fact.kind ?? "")) return { watched, answers };
      } catch (error) {
        stillMoving(error);
      }
      stillMoving();
      await pause(100);
    }
  } finally {
    asking.go = false;
    await asked;
  }
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Ask until it is answered. */
const insist = async (check: (error: unknown) => void, ask: () => Promise<unknown>): Promise<void> => {
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      check(error);
      await pause(200);
    }
  }
};

const isUnknown = (error: unknown): boolean => hasCode(error, "NOT_FOUND");

const nothing: Answer = {
  sequence: 0,
  ended: "",
  jobsDone: 0,
  jobsTotal: 0,
  round: 0,
  candidates: 0,
  bestAccuracy: 0,
};

const endings: ReadonlyMap<SearchState, Answer["ended"]> = new Map([
  [SearchState.SEARCH_STATE_FINISHED, "finished"],
  [SearchState.SEARCH_STATE_FAILED, "failed"],
  [SearchState.SEARCH_STATE_CANCELLED, "cancelled"],
]);

const answerOf = ({ state, progress }: Search): Answer => ({
  sequence: progress?.sequence ?? 0,
  ended: endings.get(state) ?? "",
  jobsDone: progress?.jobsDone ?? 0,
  jobsTotal: progress?.jobsTotal ?? 0,
  round: progress?.round ?? 0,
  candidates: progress?.candidates ?? 0,
  bestAccuracy: progress?.bestAccuracy ?? 0,
});
