import { z } from "zod";
import type { Genotype } from "./genotype.js";

/** What kinds of cell and operations may be called. */
export const kindName = z.string().regex(/^[a-z][a-z0-9_-]*$/);
export const operationName = kindName.meta({
  id: "Operation",
  description: "An operation of the search's space, by its name.",
});

const node = z.int().min(0);
const link = z.tuple([operationName, node]);

const cells = z
  .record(kindName, z.union([z.array(link), z.array(node)]))
  .refine((genotype) => Object.keys(genotype).length > 0, "at least one kind of cell");

/**
 * The shape of a genotype in facts and specs: whether it is one of its space, `genotypeInSpace` says. The cast: that a key which ends
 * with _concat has nodes is said there, too.
 */
export const genotypeSchema = cells.meta({
  id: "Genotype",
  description:
    "As DARTS spells it: for every kind of cell its (operation, input) links, node after node, and under KIND_concat the nodes that it gives.",
}) as z.ZodType as z.ZodType<Genotype>;
