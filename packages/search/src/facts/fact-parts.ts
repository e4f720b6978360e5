import { z } from "zod";
import { kindName, operationName } from "../genotype/genotype-schema.js";
import { darts } from "../space/darts.js";
import { perEdge, type Rows } from "../space/per-edge.js";
import type { Candidates, Network, PerEdge } from "../space/space.js";

// What several kinds of fact are made of.

/** SHA-256 of a manifest in the store, in lower-case hex. Facts carry references, never tensors. */
export type CheckpointRef = string;

/** One number an operation on each edge, only for the operations that it speaks of. */
export type PerOperation = Rows;

/**
 * Who did a job: what ran the tensors, and the code that computed. Results with equal digests were made alike; it decides nothing.
 */
export type MadeBy = {
  readonly engine: {
    readonly name: string;
    /** Same digest, same numbers: of the engine's name, the processor's kind and the versions. */
    readonly digest: string;
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly code: { readonly version: string; readonly digest: string };
};

/** What a training job reports. `seconds` is for people: it decides nothing. */
export type Trained = {
  readonly checkpoint: CheckpointRef;
  readonly loss: number;
  readonly images: number;
  readonly seconds: number;
};

export const from0 = z.int().min(0);
export const from1 = z.int().min(1);
/** For people: it decides nothing. */
export const seconds = z.number().min(0);
const sha256Text = z.string().regex(/^[0-9a-f]{64}$/);
export const sha256: z.ZodType<string> = sha256Text;

/** What it holds for each edge of its search's space is checked where that is known (fits.ts). */
const ofEdges = <T extends z.ZodType>(edge: T, id: string, meaning: string) =>
  z
    .record(kindName, z.array(edge))
    .meta({ id, description: `For every kind of cell, in the order of its edges: ${meaning}.` });

export const perOperation: z.ZodType<PerOperation> = ofEdges(
  z.record(kindName, z.number()),
  "PerOperation",
  "one number an operation, only for the operations that it speaks of",
);
export const candidates: z.ZodType<Candidates> = ofEdges(
  z.array(operationName).min(1),
  "Candidates",
  "operations, in the order of the space",
);
export const network: z.ZodType<Network> = ofEdges(operationName, "Network", "one operation");
export const beta: z.ZodType<PerEdge<number>> = ofEdges(z.number(), "Beta", "its strength into its node");

export const checkpoint: z.ZodType<CheckpointRef> = sha256Text.meta({
  id: "CheckpointRef",
  description: "SHA-256 of a manifest in the store, in lower-case hex.",
});

/** The number of a training job among all of its search, from 0: the learning rate follows from it. */
export const numbered = { job: from0, jobs: from1 };

/** Younger than the facts that have none. */
export const madeBy = z
  .strictObject({
    engine: z.strictObject({
      name: z.string().min(1),
      digest: sha256,
      versions: z.record(z.string().min(1), z.string()),
    }),
    code: z.strictObject({ version: z.string().min(1), digest: sha256 }),
  })
  .meta({ id: "MadeBy", description: "Who did the job: its engine and the code that computed, each with a SHA-256." })
  .exactOptional();

/** What an answer says of what it answers. Younger than the facts that have none. */
export const answering = {
  request: sha256Text
    .meta({ id: "RequestHash", description: "SHA-256 of the fact that asked, as its log gives it (docs/facts.md)." })
    .exactOptional(),
};

/** Whose account a search is on: the name of a token, or a namespace. */
const ownerText = z.string().regex(/^[!-~]{1,63}$/);
export const isOwner = (name: string): boolean => ownerText.safeParse(name).success;

/** On whose account a search is. Younger than the facts that have none. */
export const owned = {
  owner: ownerText
    .meta({
      id: "Owner",
      description: "On whose account the search is: 1 to 63 letters, digits and signs, without blanks.",
    })
    .exactOptional(),
};

/** What an answer has written into the store. Younger than the facts that have none. */
export const written = { bytes: from0.exactOptional() };

/** What a search of an owner has spent, said where its other facts leave the log. */
export const spent = { ...owned, trainedSeconds: seconds.exactOptional() };

/** Of an answer that begins with a checkpoint: which. */
export const startedFrom = { from: checkpoint.nullable().exactOptional() };

/** What a fact that the pruner decided names: those before it that none has named yet, in their order. */
const mark = z.strictObject({
  fact: z
    .string()
    .regex(/^[a-z0-9.-]+$/)
    .describe("The end of its subject."),
  sha256: sha256Text.describe("Of its bytes, as the log gives it."),
  fields: z
    .string()
    .regex(/^([0-9a-f]{4})+$/)
    .describe("Four digits for its time and for each of its fields, to find the one that was changed."),
});
export type FactMark = Readonly<z.infer<typeof mark>>;
export const chained = {
  after: z
    .array(mark.meta({ id: "FactMark", description: "A fact as a later one names it." }))
    .min(1)
    .exactOptional(),
};

/** For examples. */
export const MADE_BY: MadeBy = {
  engine: { name: "wasm", digest: "e".repeat(64), versions: { node: "24.4.0", tfjs: "4.22.0" } },
  code: { version: "0.1.0", digest: "f".repeat(64) },
};

export const trainedFields = { checkpoint, loss: z.number(), images: from0, seconds } satisfies {
  [Field in keyof Trained]: z.ZodType<Trained[Field]>;
};

/** For examples: the same on all 14 edges of both cells of DARTS. */
export const onEveryEdge = <Value>(value: Value): PerEdge<Value> => perEdge(darts, () => value);
