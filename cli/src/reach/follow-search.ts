import { fault } from "@bnas/errors";
import type { SearchServiceClient } from "@bnas/proto";
import { type End, endsSearch, parseRecorded, type Recorded } from "@bnas/search";

type Watchable = Pick<SearchServiceClient, "watchSearch">;

/**
 * Watch a search to its end by the API. Gives the fact that ended it, or undefined when `signal` aborted first. `onFact` sees every
 * fact once, in order, with its sequence. When the stream breaks, `lost` returns the client that continues after the last fact, or
 * throws; left out, the error is thrown. `attempt` counts from 1 since the last fact.
 */
export const followSearch = async (
  client: Watchable,
  searchId: string,
  options: {
    readonly signal: AbortSignal;
    readonly onFact: (recorded: Recorded, sequence: number) => void;
    readonly lost?: (error: unknown, attempt: number) => Promise<Watchable>;
  },
): Promise<End | undefined> => {
  const { signal, onFact, lost } = options;
  let watching = client;
  let afterSequence = 0;
  let attempt = 0;
  for (;;) {
    try {
      for await (const response of watching.watchSearch({ searchId, afterSequence }, { signal })) {
        const recorded = parseRecorded(JSON.parse(response.factJson), response.subject);
        attempt = 0;
        afterSequence = response.sequence;
        onFact(recorded, response.sequence);
        const { fact } = recorded;
        if (endsSearch(fact)) return fact;
      }
      if (signal.aborted || lost === undefined) return undefined;
      throw fault("UNAVAILABLE", `the watch of ${searchId} ended before the search`, "Watch it again");
    } catch (error) {
      if (signal.aborted) return undefined;
      if (lost === undefined) throw error;
      attempt += 1;
      watching = await lost(error, attempt);
    }
  }
};
