import type { SearchServiceClient } from "@bnas/proto";
import { type End, parseRecorded, type Recorded } from "@bnas/search";

/**
 * Watch a search to its end by the API. Gives the fact that ended it, or undefined when `signal` aborted first.
 * `onFact` sees every fact once, in order, with its sequence.
 */
export const followSearch = async (
  client: SearchServiceClient,
  searchId: string,
  options: { readonly signal: AbortSignal; readonly onFact: (recorded: Recorded, sequence: number) => void },
): Promise<End | undefined> => {
  const { signal, onFact } = options;
  try {
    for await (const response of client.watchSearch({ searchId, afterSequence: 0 }, { signal })) {
      const recorded = parseRecorded(JSON.parse(response.factJson), response.subject);
      onFact(recorded, response.sequence);
      const { fact } = recorded;
      if (fact.kind === "search.finished" || fact.kind === "search.failed" || fact.kind === "search.cancelled")
        return fact;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return undefined;
};
