import { type Recorded, record } from "@bnas/search";

const time = "2026-01-02T03:04:05.000Z";

/** Two facts that may be on one subject: one number, and either kind. */
export const control = (number: number, kind: "search.paused" | "search.resumed" = "search.paused"): Recorded =>
  record("s", { kind, control: number }, "pruner", time);

/** A fact that asks for work: to evaluate this sample. */
export const trained = (sample: number): Recorded => {
  const job = { kind: "sample.trained", round: 1, pass: 1, sample } as const;
  return record("s", { ...job, checkpoint: "0".repeat(64), loss: 1.5, images: 8, seconds: 1 }, "trainer", time);
};

/** The fact that says this work is done. */
export const evaluated = (sample: number, correct: number): Recorded => {
  const job = { kind: "sample.evaluated", round: 1, pass: 1, sample } as const;
  return record("s", { ...job, correct, total: 8, seconds: 1 }, "evaluator", time);
};
