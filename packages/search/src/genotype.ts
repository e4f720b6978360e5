import type { Operation } from "./operations.js";

/** One (operation, input) pair of a node. */
export type Link = readonly [Operation, number];

/** The answer of a search, as DARTS spells it: two links a node for nodes 2 to 5, and the nodes that are concatenated. */
export type Genotype = {
  readonly normal: readonly Link[];
  readonly normal_concat: readonly number[];
  readonly reduce: readonly Link[];
  readonly reduce_concat: readonly number[];
};
