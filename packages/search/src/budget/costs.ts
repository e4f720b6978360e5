import type { CellKind, Operation } from "../space/space.js";

/** What a budget may bound: bits to store the derived network, multiply-adds of one image, nanoseconds of one image. */
export const METRICS = ["bits", "ops", "latency"] as const;
export type Metric = (typeof METRICS)[number];

/** A whole number for each metric that is known. */
export type Costs = Readonly<Partial<Record<Metric, number>>>;

/**
 * What a derived network costs, as a sum: what all networks of a stack have, and what each link of a cell adds in all cells of its
 * kind. Exact for bits and multiply-adds (`@bnas/network` counts both ways in a test), an estimate for latency.
 */
export type LinkCosts = {
  readonly base: Costs;
  /** Of an operation from a node: edges that leave the inputs of a reduction cell halve, and so cost something else. */
  readonly of: (cell: CellKind, from: number, operation: Operation) => Costs;
};
