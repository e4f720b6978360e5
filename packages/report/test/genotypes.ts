import { type Genotype, type Link, OPERATIONS } from "@bnas/search";
import fc from "fast-check";

/** The XNOR genotype that the authors of BNAS published (paper.md section 5). */
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
  normal_concat: [2, 3, 4, 5],
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
  reduce_concat: [2, 3, 4, 5],
};

const cell: fc.Arbitrary<Link[]> = fc.tuple(
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((index) =>
    fc.tuple(fc.constantFrom(...OPERATIONS), fc.integer({ min: 0, max: (index >> 1) + 1 })),
  ),
);
const concat = fc.subarray([2, 3, 4, 5], { minLength: 1 });

/** Any genotype, also with both links of a node from one input, and with nodes that are not concatenated. */
export const genotypes: fc.Arbitrary<Genotype> = fc.record({
  normal: cell,
  normal_concat: concat,
  reduce: cell,
  reduce_concat: concat,
});
