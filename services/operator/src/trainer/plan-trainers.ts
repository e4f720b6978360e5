import type { Trainer } from "./trainer-state.js";

export type TrainersNow = {
  readonly trainers: readonly Trainer[];
  /** What the pod of a trainer must look like. */
  readonly template: string;
  /** Trainers that the search has work for, `min` to `max`. */
  readonly wanted: number;
  readonly min: number;
  readonly max: number;
  /** What the operator's limit leaves it; at least as many as it wants, where there is none. */
  readonly share: number;
  /** Trainers of all searches that may still be made. */
  readonly free: number;
  readonly jobsOpen: number;
  /** Whether more trainers than have work are there, and have been for long enough. */
  readonly surplusLasts: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/** Slots to fill, and Jobs to delete. */
export type TrainersPlan = { readonly make: readonly number[]; readonly remove: readonly string[] };

/** Milliseconds after which a trainer that gave up is tried again. */
export const FAILED_REST = 300_000;

/** Trainers that are there to work: those that leave, ended or gave up are not. */
export const isLive = ({ state }: Trainer): boolean =>
  state === "queued" || state === "starting" || state === "running";

/** No trainer is to stay. */
export const removeAll = (trainers: readonly Trainer[]): TrainersPlan => ({
  make: [],
  remove: trainers.filter(({ state }) => state !== "leaving").map(({ name }) => name),
});

/**
 * Which trainers to make and which to remove. One with a running job is removed only when the operator's limit gives its place to
 * another search, or when its template is not today's; else those that run leave by themselves when they have had no work for long.
 */
export const planTrainers = (now: TrainersNow): TrainersPlan => {
  const { trainers, template, wanted, min, max, share, free, jobsOpen } = now;
  const live = trainers.filter(isLive);
  const ended = trainers.filter(
    ({ state, since }) => state === "done" || (state === "failed" && now.now - since >= FAILED_REST),
  );
  const outdated = live.filter((one) => one.template !== template);
  const doubles = doublesAmong(live);
  const good = live.filter((one) => !outdated.includes(one) && !doubles.includes(one));
  const overShare = lastFirst(good).slice(0, Math.max(0, good.length - Math.min(share, max)));
  const kept = good.filter((one) => !overShare.includes(one));
  const surplus = now.surplusLasts ? unneeded(kept, { wanted, min, jobsOpen }) : [];
  const remove = [...new Set([...ended, ...outdated, ...doubles, ...overShare, ...surplus])];

  const stay = kept.length - surplus.length;
  const taken = new Set(trainers.map(({ slot }) => slot));
  const slots = Array.from({ length: max }, (_, slot) => slot).filter((slot) => !taken.has(slot));
  const missing = Math.max(0, Math.min(wanted, share) - stay);
  return { make: slots.slice(0, Math.min(missing, free)), remove: remove.map(({ name }) => name) };
};

/** All but the oldest of each slot: of two operators, each of which had not seen the other's, or of one that was not answered. */
const doublesAmong = (trainers: readonly Trainer[]): readonly Trainer[] => {
  const oldest = new Map<number, Trainer>();
  for (const one of [...trainers].sort((a, b) => a.since - b.since || (a.name < b.name ? -1 : 1))) {
    if (!oldest.has(one.slot)) oldest.set(one.slot, one);
  }
  return trainers.filter((one) => oldest.get(one.slot) !== one);
};

/** Those that have not begun hold no job; the others hold none only when no job is open. */
const unneeded = (
  trainers: readonly Trainer[],
  { wanted, min, jobsOpen }: Pick<TrainersNow, "wanted" | "min" | "jobsOpen">,
): readonly Trainer[] => {
  const spare = trainers.length - Math.max(wanted, min);
  if (spare <= 0) return [];
  const idle = jobsOpen === 0 ? trainers : trainers.filter(({ state }) => state !== "running");
  return lastFirst(idle).slice(0, spare);
};

/** Those that lose least first: not begun before running, then the highest slot. */
const lastFirst = (trainers: readonly Trainer[]): readonly Trainer[] =>
  [...trainers].sort((a, b) => Number(a.state === "running") - Number(b.state === "running") || b.slot - a.slot);
