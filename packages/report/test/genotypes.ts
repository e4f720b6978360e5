import { darts, type Genotype, type Link } from "@bnas/search";
import fc from "fast-check";

const cell: fc.Arbitrary<Link[]> = fc.tuple(
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((index) =>
    fc.tuple(fc.constantFrom(...darts.operations), fc.integer({ min: 0, max: (index >> 1) + 1 })),
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
