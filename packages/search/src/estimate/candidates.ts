import type { Stream } from "../random/random.js";
import type { NetworkCode } from "./coding.js";

/** Operations that are left on every edge, as indices. */
export type Choices = readonly (readonly number[])[];

/** All networks of the choices where there are at most `limit`, in the order of their codes; else `limit` that are drawn. */
export const networksOf = (choices: Choices, limit: number, drawn: Stream): NetworkCode[] => {
  const all = choices.reduce((product, { length }) => Math.min(product * length, limit + 1), 1);
  if (all > limit) return Array.from({ length: limit }, () => drawCode(choices, drawn));
  return Array.from({ length: all }, (_, index) => {
    let rest = index;
    return Uint8Array.from(choices, (operations) => {
      const operation = operations[rest % operations.length] as number;
      rest = Math.floor(rest / operations.length);
      return operation;
    });
  });
};

/** A network with any of the operations that are left on each edge. */
export const drawCode = (choices: Choices, drawn: Stream): NetworkCode => {
  // Hundreds are drawn for one decision: a loop takes a third of what Uint8Array.from does.
  const code = new Uint8Array(choices.length);
  for (let edge = 0; edge < code.length; edge++) {
    const operations = choices[edge] as readonly number[];
    code[edge] = operations[drawn.below(operations.length)] as number;
  }
  return code;
};
