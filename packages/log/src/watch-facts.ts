import { matches } from "@bnas/search";
import type { FactList, Listed } from "./fact-list.js";
import type { Stored } from "./fact-log.js";

/** A list of facts that another part of the process keeps up to date. */
export type LiveFacts<Entry extends Listed> = {
  readonly list: FactList<Entry>;
  /** Take up what others have written. */
  refresh(): Promise<void>;
  /** The fact of an entry. */
  load(entry: Entry): Promise<Stored>;
  /** From now on see by itself when others write, until what this gives back is called. */
  follow(): () => void;
  /** Aborts when the log is closed. */
  readonly closing: AbortSignal;
};

/** Each fact of a list that matches, after a sequence, and each that comes, until the signal aborts. */
export async function* watchFacts<Entry extends Listed>(
  { list, refresh, load }: Pick<LiveFacts<Entry>, "list" | "refresh" | "load">,
  pattern: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Stored> {
  let seen = 0;
  while (!signal.aborted) {
    const { version } = list;
    await refresh();
    const come = list.from(seen);
    seen = list.length;
    for (const entry of come) {
      if (signal.aborted) return;
      if (entry.sequence > after && matches(pattern, entry.subject)) yield await load(entry);
    }
    await list.change(version, signal);
  }
}
