import type { Operation } from "../space/operations.js";

/** One (operation, input) pair of a node. */
export type Link = readonly [Operation, number];

/** The answer of a search, as DARTS spells it: two links a node for nodes 2 to 5, and the nodes that are concatenated. */
export type Genotype = {
  readonly normal: readonly Link[];
  readonly normal_concat: readonly number[];
  readonly reduce: readonly Link[];
  readonly reduce_concat: readonly number[];
};

/** The nodes that a cell of ours concatenates: all that are intermediate. */
export const CONCAT: readonly number[] = [2, 3, 4, 5];

/** The genotype that the authors published for XNOR (paper.md section 5), the links of a node in their order. */
export const PUBLISHED: Genotype = {
  normal: [
    ["skip_connect", 1],
    ["dil_conv_3x3", 0],
    ["skip_connect", 0],
    ["dil_conv_5x5", 2],
    ["max_pool_3x3", 1],
    ["max_pool_3x3", 0],
    ["dil_conv_5x5", 4],
    ["sep_conv_3x3", 2],
  ],
  normal_concat: CONCAT,
  reduce: [
    ["sep_conv_3x3", 1],
    ["dil_conv_5x5", 0],
    ["skip_connect", 1],
    ["max_pool_3x3", 2],
    ["dil_conv_5x5", 0],
    ["avg_pool_3x3", 3],
    ["skip_connect", 2],
    ["dil_conv_3x3", 4],
  ],
  reduce_concat: CONCAT,
};
