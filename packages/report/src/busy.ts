import type { Recorded } from "@bnas/search";

/**
 * Seconds in which at least one job ran: a job ends at the time of its fact and lasted `seconds`. Jobs run side by side (a sample
 * is evaluated while the next one trains), so their seconds may not be added up.
 */
export const busySeconds = (facts: readonly Recorded[]): number => {
  const jobs = facts
    .flatMap(({ time, fact }) =>
      "seconds" in fact ? [{ begin: Date.parse(time) / 1000 - fact.seconds, end: Date.parse(time) / 1000 }] : [],
    )
    .sort((one, other) => one.begin - other.begin);
  let busy = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { begin, end } of jobs) {
    busy += Math.max(0, end - Math.max(begin, until));
    until = Math.max(until, end);
  }
  return busy;
};
