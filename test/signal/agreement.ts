import { at, edgePlaces, type Fact, nth, spaceOf } from "@bnas/search";
import { meanOf } from "./components.js";

/** Kendall's tau-b: (pairs in one order - pairs in the other) / geometric mean of the pairs that do not tie in each. */
export const tau = (one: readonly number[], other: readonly number[]): number => {
  let [agree, first, second] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    for (let j = 0; j < i; j++) {
      const a = Math.sign(nth(one, i) - nth(one, j));
      const b = Math.sign(nth(other, i) - nth(other, j));
      agree += a * b;
      first += a * a;
      second += b * b;
    }
  }
  return first === 0 || second === 0 ? 0 : agree / Math.sqrt(first * second);
};

/** For each edge and each operation the round in which it was abandoned; one more than the last for what is left. */
export const orderOfGoing = (facts: readonly Fact[]): readonly (readonly number[])[] => {
  const reduced = facts.filter((fact) => fact.kind === "round.reduced");
  const opened = facts.find((fact) => fact.kind === "search.opened");
  if (opened === undefined) throw new RangeError("no fact opens the search");
  const space = spaceOf(opened.spec);
  return edgePlaces(space).map((place) =>
    space.operations.map(
      (operation) => reduced.find(({ abandoned }) => at(abandoned, place) === operation)?.round ?? reduced.length + 1,
    ),
  );
};

export type Agreement = {
  readonly pairs: number;
  /** Mean over edges and pairs, and its standard error over pairs: they share searches, so it is a little too small. */
  readonly tau: number;
  readonly error: number;
  /** Share of the edges on which both leave the same operation; by chance one in as many as there are operations. */
  readonly sameLeft: number;
};

/** How far searches agree, each with each. */
export const agreementOf = (searches: readonly (readonly Fact[])[]): Agreement => {
  const orders = searches.map(orderOfGoing);
  const pairs = orders.flatMap((one, place) => orders.slice(place + 1).map((other) => [one, other] as const));
  const taus = pairs.map(([one, other]) => meanOf(one.map((edge, place) => tau(edge, nth(other, place)))));
  const last = (edge: readonly number[]) => edge.indexOf(Math.max(...edge));
  const same = pairs.map(([one, other]) => meanOf(one.map((edge, i) => Number(last(edge) === last(nth(other, i))))));
  const mean = meanOf(taus);
  const spread = taus.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, taus.length - 1);
  return { pairs: pairs.length, tau: mean, error: Math.sqrt(spread / taus.length), sameLeft: meanOf(same) };
};
