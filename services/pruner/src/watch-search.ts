import type { FactLog, Searches } from "@bnas/mesh";
import type { WatchSearchRequest, WatchSearchResponse } from "@bnas/proto";
import { searchPattern } from "@bnas/search";
import { findSearch } from "./find-search.js";

/** Every fact of a search after a sequence, then each new one; ends with the fact that ends the search. */
export async function* watchSearch(
  { searchId, afterSequence }: WatchSearchRequest,
  mesh: { readonly log: FactLog; readonly searches: Searches },
  signal: AbortSignal,
): AsyncGenerator<WatchSearchResponse> {
  const { ended, sequence } = findSearch(mesh.searches, searchId);
  if (ended !== undefined && afterSequence >= sequence) return;
  // The stream ends here or there: with the search, with the caller.
  const watching = new AbortController();
  const stop = () => watching.abort();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    for await (const { sequence, ...recorded } of mesh.log.watch(searchPattern(searchId), {
      after: afterSequence,
      signal: watching.signal,
    })) {
      yield { sequence, subject: recorded.subject, factJson: JSON.stringify(recorded) };
      const { kind } = recorded.fact;
      if (kind === "search.finished" || kind === "search.failed" || kind === "search.cancelled") return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    watching.abort();
  }
}
