import { z } from "zod";
import type { Space } from "./space.js";

/** Of operations and kinds of cell: it becomes a part of names of tensors and a key of facts. */
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;

const name = z
  .string()
  .regex(NAME, "1 to 64 lower-case letters, digits, _ and -, the first a letter")
  .describe("1 to 64 lower-case letters, digits, `_` and `-`, the first a letter.");
const whole = (least: number, most: number, meaning: string) =>
  z
    .int(`a whole number from ${least} to ${most}`)
    .min(least, `a whole number from ${least} to ${most}`)
    .max(most, `a whole number from ${least} to ${most}`)
    .describe(meaning);

const edge = z.strictObject({
  from: whole(0, 63, "The node that it comes from; the inputs of the cell are the first nodes."),
  to: whole(1, 63, "The node that it leads to, a later one."),
  operations: z
    .array(name)
    .exactOptional()
    .describe("The operations that compete on it, where they are not all of the space."),
});

const cell = z.strictObject({
  kind: name.describe("What it is called, in facts and genotypes: `normal`."),
  inputs: whole(1, 8, "Nodes that it is given: 2 are the last two cells, 1 is the last."),
  nodes: whole(1, 32, "Nodes that it computes."),
  edges: z.array(edge).min(1, "at least one edge").max(1000, "at most 1000 edges"),
  links: z
    .union([whole(1, 64, "Links"), z.literal("all")], "a whole number from 1 to 64, or all")
    .describe("Links that a node keeps in the genotype: a number, or `all`."),
  output: z
    .enum(["concat", "last"])
    .describe("What it gives: all nodes that it computes, one beside the other, or the last alone."),
});

/** A space as a person writes it: what each field may be. What must hold between them, check-space.ts says. */
export const spaceSchema: z.ZodType<Space> = z
  .strictObject({
    name: name.describe("What it is called in reports."),
    operations: z
      .array(name)
      .min(2, "at least two operations")
      .max(64, "at most 64 operations")
      .describe("Names of operations. Of equals the first goes."),
    cells: z.array(cell).min(1, "at least one kind of cell").max(8, "at most 8 kinds of cell"),
    network: name.describe("The network that stacks the cells: `darts` or `nas-bench-201`."),
  })
  .meta({ id: "Space", description: "A whole description of a space (docs/space.md)." });
