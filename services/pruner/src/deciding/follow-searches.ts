import type { Stored } from "@bnas/log";
import { type DecideOptions, Decider } from "./decider.js";
import type { Searches } from "./searches.js";

export type FollowOptions = DecideOptions & {
  readonly signal: AbortSignal;
  readonly onFact?: (searchId: string, stored: Stored) => void;
  /** Decide only while this process leads; left out: always. */
  readonly lead?: (act: (leading: AbortSignal) => Promise<void>, signal: AbortSignal) => Promise<void>;
  /** Called for as long as this process decides. */
  readonly whileLeading?: (leading: AbortSignal) => Promise<void>;
};

/**
 * Follow the log until the signal aborts: take in each fact, then append what `decide` wants of this writer. The whole of a
 * service's control flow is this loop; what happens next is decided in packages/search alone.
 */
export const followSearches = async (searches: Searches, options: FollowOptions): Promise<void> => {
  const { signal, lead = (act, stop) => act(stop), onFact } = options;
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const decider = new Decider(searches, options);
  const act = async (leading: AbortSignal) => {
    const beside = options.whileLeading?.(leading);
    await Promise.all([decider.decide(leading), beside]);
  };
  const watching = searches.watch(stop, (searchId, stored) => {
    onFact?.(searchId, stored);
    decider.look(searchId, stored);
  });
  // Whichever ends first by a fault ends the other.
  const ending = (running: Promise<void>) =>
    running.catch((error: unknown) => {
      failed.abort();
      throw error;
    });
  await Promise.all([ending(lead(act, stop)), ending(watching)]);
};
