import { invalidInput } from "@bnas/errors";
import { softmax } from "../algorithm/score.js";
import { type Genotype, linksOf } from "../genotype/genotype.js";
import type { Round, Search } from "../life/search.js";
import { nth } from "../nth.js";
import { at, type EdgePlace, mapEdges, type Row, row } from "../space/per-edge.js";
import { type Cell, cellOf, edgesInto, linkTargets, type Operation, type PerEdge, type Space } from "../space/space.js";
import { spaceOf } from "../spec/space-of.js";

/** What the facts say for each operation on each edge, in billionths: whole numbers, whose sums depend on no order. */
export type Worths = PerEdge<Row>;

const BILLION = 1e9;

/**
 * What the facts of a search say for every operation on every edge, in one unit for all edges and all rounds.
 *
 * An edge is as strong as the likelihood of the operation that is left on it: that is what decides between edges in the search itself. An
 * operation has the share of it that its likelihood was of the greatest of its edge, in the round in which it went; the one that is left has
 * all of it. Likelihoods of two rounds cannot be compared (each round halves what was and adds shares of fewer operations), shares
 * of the greatest of the same round and edge can. Likelihoods of `posterior` are estimates in one unit, which may be below 0: there the
 * difference to the greatest takes the place of the share. So without bounds, and without ties, the best genotype is that of the survivors,
 * if it has no `none`. Of `pc-darts` it is softmax(alpha) times softmax(beta), as its own answer has it.
 * @throws InvalidInput when the facts say nothing of operations: no round has ended, or the strategy draws
 */
export const worthsOf = (search: Search): Worths => {
  const strategy = search.spec?.strategy;
  if (search.spec?.strategy === "pc-darts" && search.strengths !== undefined) {
    return worthsOfStrengths(spaceOf(search.spec), search.strengths);
  }
  const rounds = search.rounds.filter(
    ({ abandoned, likelihoods }) => abandoned !== undefined && likelihoods !== undefined,
  );
  if (rounds.length === 0) {
    const allowed = "a search whose facts compare operations: a round of it has ended, or it is of pc-darts";
    const hint =
      search.ended === undefined
        ? "`bnas search --resume` continues it."
        : `The strategy ${strategy} compares whole networks, or nothing.`;
    throw invalidInput("FACTS", strategy ?? "no search", allowed, hint);
  }
  const unit = strategy === "posterior" ? difference : share;
  return mapEdges(nth(rounds, 0).candidates, (_, place) => worthsOfEdge(rounds, place, unit));
};

/** What a likelihood is worth beside the best of its edge and round, on an edge of a strength. */
type Unit = (strength: number, likelihood: number, best: number) => number;

const share: Unit = (strength, likelihood, best) => (strength * likelihood) / best;
const difference: Unit = (strength, likelihood, best) => strength + (likelihood - best);

/**
 * The operations that may be chosen on an edge, with their worth. Where a node chooses among its edges `none` is not chosen: DARTS never
 * derives it. Where it keeps all of them `none` is how an edge is left out.
 */
export const choosable = (cell: Cell, worths: Worths, edge: number): readonly (readonly [Operation, number])[] =>
  Object.entries(at(worths, { cell: cell.kind, edge }) ?? {}).filter(
    ([operation], _, all) => operation !== "none" || cell.links === "all" || all.length === 1,
  );

/** What the facts say for a genotype of a space: the sum over its links. */
export const worthOf = (space: Space, genotype: Genotype, worths: Worths): number =>
  space.cells
    .flatMap((cell) => {
      const targets = linkTargets(cell);
      return linksOf(genotype, cell.kind).map(([operation, input], index) => {
        const edge = edgesInto(cell, targets[index] ?? 0).find(({ from }) => from === input)?.edge ?? 0;
        return at(worths, { cell: cell.kind, edge })?.[operation] ?? 0;
      });
    })
    .reduce((sum, worth) => sum + worth, 0);

const worthsOfEdge = (rounds: readonly Round[], place: EdgePlace, unit: Unit): Row => {
  const last = nth(rounds, rounds.length - 1);
  const gone = new Map(rounds.map((round) => [at(round.abandoned, place), round]));
  const left = at(last.candidates, place)?.filter((operation) => operation !== at(last.abandoned, place)) ?? [];
  const strength = Math.max(...left.map((operation) => likelihood(last, place, operation)));
  return row(at(nth(rounds, 0).candidates, place) ?? [], (operation) => {
    const round = gone.get(operation) ?? last;
    const best = Math.max(...(at(round.candidates, place) ?? []).map((other) => likelihood(round, place, other)));
    return Math.round(BILLION * unit(strength, likelihood(round, place, operation), best));
  });
};

const likelihood = (round: Round, place: EdgePlace, operation: Operation): number =>
  at(round.likelihoods, place)?.[operation] ?? 0;

const worthsOfStrengths = (space: Space, { alpha, beta }: NonNullable<Search["strengths"]>): Worths =>
  mapEdges(alpha, (known, place) => {
    const cell = cellOf(space, place.cell);
    const into = edgesInto(cell, nth(cell.edges, place.edge).to).map(({ edge }) => edge);
    const shares = softmax(into.map((edge) => at(beta, { cell: place.cell, edge }) ?? 0));
    const share = nth(shares, into.indexOf(place.edge));
    const operations = space.operations.filter((operation) => known[operation] !== undefined);
    const among = softmax(operations.map((operation) => known[operation] ?? 0));
    return row(operations, (operation) => Math.round(BILLION * nth(among, operations.indexOf(operation)) * share));
  });
