import type { Work } from "@bnas/jobs";
import type { Stored } from "@bnas/log";
import { type Recorded, record, resultSubject, searchIdOf } from "@bnas/search";

const TIME = "2026-01-02T03:04:05.000Z";

/** A pause or a resume: two facts that may be on one subject. */
export const control = (
  number: number,
  kind: "search.paused" | "search.resumed" = "search.paused",
  search = "s",
): Recorded => record(search, { kind, control: number }, "pruner", TIME);

/** A fact that asks for work: to evaluate this sample. */
export const trained = (sample: number, search = "s"): Recorded =>
  record(
    search,
    {
      kind: "sample.trained",
      ...{ round: 1, pass: 1, sample },
      checkpoint: "0".repeat(64),
      loss: 1.5,
      images: 8,
      seconds: 0.25,
    },
    "trainer",
    TIME,
  );

/** The fact that says this work is done. */
export const evaluated = (sample: number, search = "s"): Recorded =>
  record(
    search,
    { kind: "sample.evaluated", round: 1, pass: 1, sample, correct: 3, total: 8, seconds: 0.25 },
    "evaluator",
    TIME,
  );

export const cancelled = (search = "s"): Recorded =>
  record(search, { kind: "search.cancelled", reason: "test" }, "pruner", TIME);

export const deleted = (search = "s"): Recorded =>
  record(search, { kind: "search.deleted", checkpoint: null }, "pruner", TIME);

/** That facts with these sequences are in a blob. */
export const archived = (search = "s", sequences: readonly number[] = [1]): Recorded =>
  record(
    search,
    {
      kind: "search.archived",
      ...{ blob: "0".repeat(64), sequences, state: "cancelled", seed: 0, created: TIME, ended: TIME },
    },
    "pruner",
    TIME,
  );

/** Work on samples that were trained, with what a test says of it. */
export const evaluating = (work: Partial<Work> & Pick<Work, "handle">): Work => ({
  name: "evaluator",
  pattern: "bnas.search.*.round.>",
  result: ({ subject, fact }) => resultSubject(searchIdOf(subject), fact),
  failed: async (_, error) => {
    throw error;
  },
  ...work,
});

/** The number of the sample that a fact is about. */
export const sampleOf = ({ fact }: Stored): number => ("sample" in fact ? fact.sample : 0);

/** A fact without its place. */
export const withoutSequence = ({ sequence: _, ...recorded }: Stored): Recorded => recorded;
