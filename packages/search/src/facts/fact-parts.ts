import { z } from "zod";
import type { Genotype } from "../genotype/genotype.js";
import { OPERATIONS, type Operation } from "../space/operations.js";
import { type Candidates, EDGES, type Network, type PerCell } from "../space/space.js";

// What several kinds of fact are made of.

/** SHA-256 of a manifest in the store, in lower-case hex. Facts carry references, never tensors. */
export type CheckpointRef = string;

/** One number an operation on each of the 14 edges, only for the operations that it speaks of. */
export type PerOperation = PerCell<readonly Readonly<Partial<Record<Operation, number>>>[]>;

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

const operation = z.enum(OPERATIONS).meta({ id: "Operation" });
const perCell = <T extends z.ZodType>(edge: T, id: string, meaning: string) => {
  const edges = z.array(edge).length(EDGES.length);
  return z.strictObject({ normal: edges, reduce: edges }).meta({ id, description: meaning });
};

export const perOperation: z.ZodType<PerOperation> = perCell(
  // Written out, so that no key can be present and undefined.
  z.strictObject(
    Object.fromEntries(OPERATIONS.map((name) => [name, z.number().exactOptional()])) as Record<
      Operation, // Object.fromEntries forgets the names of its keys.
      z.ZodExactOptional<z.ZodNumber>
    >,
  ),
  "PerOperation",
  "One number an operation on each of the 14 edges, only for the operations that it speaks of.",
);
export const candidates: z.ZodType<Candidates> = perCell(
  z.array(operation).min(1),
  "Candidates",
  "Operations on each of the 14 edges, in the order of their identity.",
);
export const network: z.ZodType<Network> = perCell(operation, "Network", "One operation for each of the 14 edges.");
export const beta: z.ZodType<PerCell<readonly number[]>> = perCell(
  z.number(),
  "Beta",
  "Strength of each of the 14 edges into its node.",
);

export const checkpoint: z.ZodType<CheckpointRef> = sha256Text.meta({
  id: "CheckpointRef",
  description: "SHA-256 of a manifest in the store, in lower-case hex.",
});

const link = z.tuple([operation, from0]);
export const genotype: z.ZodType<Genotype> = z
  .strictObject({
    normal: z.array(link),
    normal_concat: z.array(from0),
    reduce: z.array(link),
    reduce_concat: z.array(from0),
  })
  .meta({ id: "Genotype", description: "As DARTS spells it: two (operation, input) links a node for nodes 2 to 5." });

/** The number of a training job among all of its search, from 0: the learning rate follows from it. */
export const numbered = { job: from0, jobs: from1 };

export const trainedFields = { checkpoint, loss: z.number(), images: from0, seconds } satisfies {
  [Field in keyof Trained]: z.ZodType<Trained[Field]>;
};

/** For examples: the same on all 14 edges of both cells. */
export const onEveryEdge = <Value>(value: Value): PerCell<readonly Value[]> => ({
  normal: EDGES.map(() => value),
  reduce: EDGES.map(() => value),
});
