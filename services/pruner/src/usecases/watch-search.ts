import type { FactLog, Stored } from "@bnas/log";
import type { WatchSearchRequest, WatchSearchResponse } from "@bnas/proto";
import { endsSearch, searchPattern } from "@bnas/search";
import { readSearchFacts } from "@bnas/searches";
import type { BlobStore } from "@bnas/store";
import type { Searches } from "../deciding/searches.js";
import { findSearch, wasDeleted } from "./find-search.js";

type Mesh = { readonly log: FactLog; readonly searches: Searches; readonly store: BlobStore | undefined };

/** Every fact of a search after a sequence, then each new one; ends with the fact that ends the search. */
export async function* watchSearch(
  { searchId, afterSequence }: WatchSearchRequest,
  mesh: Mesh,
  signal: AbortSignal,
): AsyncGenerator<WatchSearchResponse> {
  const { ended, sequence } = await findSearch(mesh.searches, searchId);
  if (ended !== undefined && afterSequence >= sequence) return;
  const facts = ended === undefined ? watchLive : readEnded;
  for await (const { sequence, ...recorded } of facts(mesh, searchId, { after: afterSequence, signal })) {
    yield { sequence, subject: recorded.subject, factJson: JSON.stringify(recorded) };
    if (endsSearch(recorded.fact)) return;
  }
}

type From = { readonly after: number; readonly signal: AbortSignal };

/** The facts of a live search, as they come. */
async function* watchLive(mesh: Mesh, searchId: string, { after, signal }: From): AsyncGenerator<Stored> {
  // The stream ends here or there: with the search, with the caller.
  const watching = new AbortController();
  const stop = () => watching.abort();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  let seen = after;
  try {
    for await (const stored of mesh.log.watch(searchPattern(searchId), { after, signal: watching.signal })) {
      if (stored.fact.kind === "search.deleted") throw wasDeleted(searchId);
      // It ended, and left the log, before this caller had read so far.
      if (stored.fact.kind === "search.archived") break;
      seen = stored.sequence;
      yield stored;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    watching.abort();
  }
  if (!signal.aborted) yield* readEnded(mesh, searchId, { after: seen });
}

/** The facts of a search that has ended, from wherever they are. */
async function* readEnded(
  { log, store }: Mesh,
  searchId: string,
  { after }: Pick<From, "after">,
): AsyncGenerator<Stored> {
  const facts = await readSearchFacts(log, store, searchId);
  if (facts === undefined) throw wasDeleted(searchId);
  yield* facts.filter(({ sequence }) => sequence > after);
}
