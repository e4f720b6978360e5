import { z } from "zod";
import { answering, sha256 } from "./fact-parts.js";
import type { FactRow } from "./row.js";

/** Jobs that are done again: their answer was refused, or a blob of their checkpoint is lost. */
export const repeatFacts = {
  "job.repeat": {
    key: "repeat.<repeat>.requested",
    body: { answer: z.string().regex(/^[a-z0-9.]{1,100}$/), refused: sha256.exactOptional() },
    writer: "pruner",
    alsoBy: ["trainer", "evaluator"],
    means:
      "Do the job again whose answer has the subject that ends in `answer`. With `refused` the answer that was there is none of this search and is removed; `refused` is its SHA-256, as later facts name a fact. Without it a blob of the checkpoint that it names is missing or damaged: the service that found that asks for the same checkpoint once more. `n` counts from 1.",
    example: { repeat: 1, answer: "round.1.pass.1.sample.2.trained", refused: "a".repeat(64) },
  },
  "job.repeated": {
    key: "repeat.<repeat>.done",
    body: { ...answering },
    writer: "trainer",
    alsoBy: ["evaluator"],
    means:
      "It is done: where the answer was refused, the right one is on its subject; where a blob was lost, the checkpoint is whole, by its hash. Nothing else follows from it.",
    example: { repeat: 1, request: "b".repeat(64) },
  },
} as const satisfies Record<string, FactRow>;
