import { matches } from "@bnas/search";
import type { FactList } from "./fact-list.js";
import type { Stored } from "./fact-log.js";

/** A list of facts that somebody keeps up to date. */
export type LiveFacts = {
  readonly list: FactList;
  /** Take up what others have written. */
  refresh(): Promise<void>;
};

/** Each fact of a list that matches, after a sequence, and each that comes, until the signal aborts. */
export async function* watchFacts(
  { list, refresh }: LiveFacts,
  pattern: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Stored> {
  let seen = 0;
  while (!signal.aborted) {
    const { told } = list;
    await refresh();
    const come = list.from(seen);
    seen += come.length;
    for (const stored of come) {
      if (signal.aborted) return;
      if (stored.sequence > after && matches(pattern, stored.subject)) yield stored;
    }
    await list.change(told, signal);
  }
}
