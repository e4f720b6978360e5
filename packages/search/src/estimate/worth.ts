import { nth } from "../nth.js";
import type { Stream } from "../random/random.js";
import { type Choices, networksOf } from "./candidates.js";
import type { NetworkCode } from "./coding.js";
import type { Estimate } from "./estimate.js";

/** What an operation on an edge is worth: the mean of the best of the networks that hold it. */
export type Worth = { readonly operation: number; readonly mean: number; readonly best: readonly NetworkCode[] };

const LOOKED_AT = 600;
/** The share of its networks by which an operation is evaluated: it is to be left out when even these are poor. */
const BEST = 0.2;

/** For every edge, what each operation that is left on it is worth. */
export const worthsOfOperations = (estimate: Estimate, choices: Choices, drawn: Stream): (readonly Worth[])[] => {
  const networks = networksOf(choices, LOOKED_AT, drawn).map((code) => ({ code, mean: estimate.mean(code) }));
  // The sort is stable, so of equals the first drawn comes first.
  networks.sort((one, other) => other.mean - one.mean);
  return choices.map((operations, edge) =>
    operations.map((operation): Worth => {
      const found = networks.filter(({ code }) => code[edge] === operation);
      // One of dozens of operations may be in none that was drawn: it gets the best of them, with itself.
      const holding = found.length > 0 ? found : [changed(estimate, networks, edge, operation)];
      const best = holding.slice(0, Math.max(1, Math.floor(holding.length * BEST)));
      const mean = best.reduce((sum, one) => sum + one.mean, 0) / best.length;
      return { operation, mean, best: best.map(({ code }) => code) };
    }),
  );
};

type Expected = { readonly code: NetworkCode; readonly mean: number };

/** The first of some networks with another operation on an edge. */
const changed = (estimate: Estimate, networks: readonly Expected[], edge: number, operation: number): Expected => {
  const code = Uint8Array.from(nth(networks, 0).code);
  code[edge] = operation;
  return { code, mean: estimate.mean(code) };
};
