import { leastOf } from "../extremes.js";
/** A search that may ask trainers for work. */
export type Asking = {
  readonly id: string;
  /** Share beside others: one of weight 2 gets twice the jobs of one of weight 1. */
  readonly weight: number;
  /** Jobs that it would ask for now. */
  readonly wanted: number;
  /** Jobs that it has asked for and that are not done. */
  readonly open: number;
};

/**
 * What is remembered between turns. Time is virtual: it passes by one unit when every search that competes has got `weight`
 * jobs. `due`: when a search should get its next job, if all went by the weights.
 */
export type FairQueue = { readonly time: number; readonly due: ReadonlyMap<string, number> };

export const emptyQueue: FairQueue = { time: 0, due: new Map() };

/**
 * Which searches may ask for a job, in order, while at most `free` jobs may be asked for: of those that are due, the one whose
 * next job would end its turn first (earliest eligible virtual deadline first; Stoica and Abdel-Wahab 1995). While the same
 * searches compete, each is within one job of its share. No job is held back while one may be asked for. One that comes late
 * competes from then on: it neither catches up what went before nor waits for it.
 * @param asking every search that wants or has open jobs; one that is left out has gone
 */
export const admit = (
  { time, due }: FairQueue,
  asking: readonly Asking[],
  free: number,
): { readonly admitted: readonly string[]; readonly queue: FairQueue } => {
  const weights = asking.reduce((sum, { weight }) => sum + weight, 0);
  const lanes = asking.map(({ id, weight, wanted }) => {
    // Who could not use its share (it waits for its own jobs) keeps no claim to more than one job of it.
    const claim = due.get(id);
    return { id, wanted, turn: 1 / weight, due: claim === undefined ? time : Math.max(claim, time - 1 / weight) };
  });
  const admitted: string[] = [];
  let now = time;
  while (admitted.length < free) {
    const waiting = lanes.filter(({ wanted }) => wanted > 0);
    if (waiting.length === 0) break;
    // No search is due when those that were due wait for their own jobs: the time moves to the first that is.
    now = Math.max(now, leastOf(waiting.map((lane) => lane.due)));
    const next = waiting.reduce((first, lane) => (before(lane, first, now) ? lane : first));
    next.wanted--;
    next.due += next.turn;
    admitted.push(next.id);
    now += 1 / weights;
  }
  return { admitted, queue: { time: now, due: new Map(lanes.map((lane) => [lane.id, lane.due])) } };
};

type Lane = { readonly due: number; readonly turn: number };

const before = (one: Lane, other: Lane, now: number): boolean => {
  if (one.due > now + SLACK) return false;
  return other.due > now + SLACK || one.due + one.turn < other.due + other.turn;
};

/** Sums of 1 / weight are rounded: who is due at this moment is due. */
const SLACK = 1e-9;
