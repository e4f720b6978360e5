import { type Fact, type MadeBy, stream } from "@bnas/search";
import type { DoneJob } from "../repair/jobs.js";

/** What came of doing a job again. */
export type Audited = { readonly subject: string } & (
  | { readonly result: "equal" }
  | { readonly result: "other"; readonly field: string; readonly recorded: unknown; readonly computed: unknown }
  /** Another engine or other code may give other numbers, so nothing follows from it. */
  | { readonly result: "not comparable"; readonly why: string }
);

/** So many of the jobs, drawn by a seed: at least one, in their order. @param fraction above 0, at most 1 */
export const drawJobs = (jobs: readonly DoneJob[], fraction: number, seed: number): readonly DoneJob[] => {
  const random = stream(seed, "audit");
  const left = jobs.map((_, place) => place);
  const count = Math.min(jobs.length, Math.max(1, Math.ceil(jobs.length * fraction)));
  const drawn = new Set(Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]));
  return jobs.filter((_, place) => drawn.has(place));
};

/** What an answer must be again, to the last bit: not when, and not how long it took. */
const COMPARED = ["checkpoint", "loss", "images", "alpha", "beta", "correct", "total", "parent"];

/** Compare an answer with that of the same job done again. */
export const compareAnswers = (subject: string, recorded: Fact, computed: Fact): Audited => {
  const [before, now] = [fieldsOf(recorded), fieldsOf(computed)];
  const why = otherMaker(before.madeBy as MadeBy | undefined, now.madeBy as MadeBy | undefined);
  if (why !== undefined) return { subject, result: "not comparable", why };
  const field = COMPARED.find((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  if (field === undefined) return { subject, result: "equal" };
  return { subject, result: "other", field, recorded: before[field], computed: now[field] };
};

const fieldsOf = (fact: Fact): Readonly<Record<string, unknown>> => fact;

const otherMaker = (before: MadeBy | undefined, now: MadeBy | undefined): string | undefined => {
  if (before === undefined || now === undefined) return "it does not say which engine and code made it";
  for (const part of ["engine", "code"] as const) {
    if (before[part].digest === now[part].digest) continue;
    return `it was made by another ${part} (${before[part].digest.slice(0, 12)}) than that of this machine (${now[part].digest.slice(0, 12)})`;
  }
  return undefined;
};
