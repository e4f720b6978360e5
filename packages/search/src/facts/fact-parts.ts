import { z } from "zod";
import type { Genotype } from "../genotype/genotype.js";
import { darts } from "../space/darts.js";
import { perEdge, type Rows } from "../space/per-edge.js";
import type { Candidates, Network, PerEdge } from "../space/space.js";

// What several kinds of fact are made of.

/** SHA-256 of a manifest in the store, in lower-case hex. Facts carry references, never tensors. */
export type CheckpointRef = string;

/** One number an operation on each edge, only for the operations that it speaks of. */
export type PerOperation = Rows;

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

const name = z.string().regex(/^[a-z][a-z0-9_-]*$/);
const operation = name.meta({ id: "Operation", description: "An operation of the search's space, by its name." });
/** What it holds for each edge of its search's space is checked where that is known (fits.ts). */
const ofEdges = <T extends z.ZodType>(edge: T, id: string, meaning: string) =>
  z
    .record(name, z.array(edge))
    .meta({ id, description: `For every kind of cell, in the order of its edges: ${meaning}.` });

export const perOperation: z.ZodType<PerOperation> = ofEdges(
  z.record(name, z.number()),
  "PerOperation",
  "one number an operation, only for the operations that it speaks of",
);
export const candidates: z.ZodType<Candidates> = ofEdges(
  z.array(operation).min(1),
  "Candidates",
  "operations, in the order of the space",
);
export const network: z.ZodType<Network> = ofEdges(operation, "Network", "one operation");
export const beta: z.ZodType<PerEdge<number>> = ofEdges(z.number(), "Beta", "its strength into its node");

export const checkpoint: z.ZodType<CheckpointRef> = sha256Text.meta({
  id: "CheckpointRef",
  description: "SHA-256 of a manifest in the store, in lower-case hex.",
});

const link = z.tuple([operation, from0]);
/** The cast: that a key which ends with _concat has nodes, `checkGenotype` says. */
export const genotype = z.record(name, z.union([z.array(link), z.array(from0)])).meta({
  id: "Genotype",
  description:
    "As DARTS spells it: for every kind of cell its (operation, input) links, node after node, and under KIND_concat the nodes that it gives.",
}) as z.ZodType as z.ZodType<Genotype>;

/** The number of a training job among all of its search, from 0: the learning rate follows from it. */
export const numbered = { job: from0, jobs: from1 };

export const trainedFields = { checkpoint, loss: z.number(), images: from0, seconds } satisfies {
  [Field in keyof Trained]: z.ZodType<Trained[Field]>;
};

/** For examples: the same on all 14 edges of both cells of DARTS. */
export const onEveryEdge = <Value>(value: Value): PerEdge<Value> => perEdge(darts, () => value);
