import { invalidInput, nearest, type Path } from "@bnas/errors";
import { genotypeInSpace } from "../genotype/space-genotype.js";
import type { Cell, Operation, Space } from "../space/space.js";
import type { Fact } from "./facts.js";

// A fact is parsed without its search; what it says of edges is checked against the space once the search is known.

/**
 * That a fact speaks of the edges and operations of its search's space.
 * @throws InvalidInput for the first edge or operation that the space has not: `WHERE.alpha.normal[3].sep_conv_3x4`
 */
export const checkFits = (space: Space, fact: Fact, where: () => Path): void => {
  if (!fits(space, fact)) explainMisfit(space, fact, where());
};

/** Whether it does, without a word about why not: every fact of every search is asked, and nearly all fit. */
const fits = (space: Space, fact: Fact): boolean => {
  for (const field in fact) {
    const shape = SHAPES[field];
    if (shape === undefined && field !== "networks") continue;
    // The casts: a field of this name has this type in every fact (fact-parts.ts).
    const value = fact[field as keyof Fact] as unknown;
    if (field === "networks") {
      if (!(value as Cells[]).every((network) => cellsFit(space, network, "network"))) return false;
    } else if (shape === "genotype" || !cellsFit(space, value as Cells, shape as Shape)) return false;
  }
  return true;
};

const cellsFit = ({ cells, operations: all }: Space, value: Cells, shape: Shape): boolean => {
  if (Object.keys(value).length !== cells.length) return false;
  for (const { kind, edges } of cells) {
    const ofEdges = value[kind];
    if (!Array.isArray(ofEdges) || ofEdges.length !== edges.length) return false;
    if (shape === "strengths") continue;
    for (let edge = 0; edge < edges.length; edge++) {
      if (!edgeFits(edges[edge]?.operations ?? all, ofEdges[edge], shape)) return false;
    }
  }
  return true;
};

const edgeFits = (allowed: readonly Operation[], value: unknown, shape: Exclude<Shape, "strengths">): boolean => {
  if (shape === "network") return allowed.includes(value as Operation);
  // Operations stand in the order of the space, so one walk finds them all, and none twice. Whatever is in another order is looked at
  // with care.
  let next = 0;
  if (shape === "numbers") {
    for (const operation in value as object) {
      while (allowed[next] !== operation) if (++next >= allowed.length) return false;
      next++;
    }
    return true;
  }
  for (const operation of value as readonly Operation[]) {
    while (allowed[next] !== operation) if (++next >= allowed.length) return false;
    next++;
  }
  return true;
};

/** @throws InvalidInput for what does not fit. A genotype and unusual orders are looked at here, whether or not they fit. */
const explainMisfit = (space: Space, fact: Fact, where: Path): void => {
  for (const [field, value] of Object.entries(fact)) {
    const shape = SHAPES[field];
    if (field === "networks") {
      // The cast: fact-parts.ts says what is under this name.
      for (const [sample, network] of (value as Cells[]).entries()) {
        checkCells(space, network, "network", [...where, field, sample]);
      }
    } else if (shape === "genotype") genotypeInSpace(space, value, [...where, field]);
    // A field of this name has this type in every fact (fact-parts.ts).
    else if (shape !== undefined) checkCells(space, value as Cells, shape, [...where, field]);
  }
};

type Shape = "candidates" | "network" | "numbers" | "strengths";
type Cells = Readonly<Record<string, readonly unknown[]>>;

/** What the fields of facts hold for an edge. */
const SHAPES: Readonly<Record<string, Shape | "genotype">> = {
  candidates: "candidates",
  small: "candidates",
  network: "network",
  abandoned: "network",
  alpha: "numbers",
  scores: "numbers",
  likelihoods: "numbers",
  beta: "strengths",
  genotype: "genotype",
};

const checkCells = (space: Space, value: Cells, shape: Shape, where: Path): void => {
  const kinds = space.cells.map(({ kind }) => kind);
  for (const kind of Object.keys(value)) {
    if (kinds.includes(kind)) continue;
    const hint = `The space ${space.name} has these kinds of cell. Did you mean ${nearest(kind, kinds)}?`;
    throw invalidInput([...where, kind], value[kind], kinds.join(", "), hint);
  }
  for (const cell of space.cells) checkEdges(space, cell, value[cell.kind], shape, [...where, cell.kind]);
};

const checkEdges = (
  space: Space,
  { edges }: Cell,
  value: readonly unknown[] | undefined,
  shape: Shape,
  where: Path,
): void => {
  if (value?.length !== edges.length) {
    throw invalidInput(where, value, `a list of ${edges.length}, one an edge`, `The space ${space.name} has so many.`);
  }
  if (shape === "strengths") return;
  for (const [edge, { operations = space.operations }] of edges.entries()) {
    checkOperations(operations, operationsOf(value[edge], shape), [...where, edge]);
  }
};

/** The operations that a value speaks of, each with the name of its place. */
const operationsOf = (value: unknown, shape: Exclude<Shape, "strengths">): [Operation, string | number | null][] => {
  // The casts: fact-parts.ts says what is under which name.
  if (shape === "network") return [[value as Operation, null]];
  if (shape === "candidates") return (value as Operation[]).map((operation, place) => [operation, place]);
  return Object.keys(value as object).map((operation) => [operation, operation]);
};

const checkOperations = (
  allowed: readonly Operation[],
  found: readonly (readonly [Operation, string | number | null])[],
  where: Path,
): void => {
  const seen = new Set<Operation>();
  for (const [operation, place] of found) {
    const path = place === null ? where : [...where, place];
    if (!allowed.includes(operation)) {
      throw invalidInput(path, operation, allowed.join(", "), `Did you mean ${nearest(operation, allowed)}?`);
    }
    if (seen.has(operation)) throw invalidInput(path, operation, "each operation once", "Leave the second out.");
    seen.add(operation);
  }
};
