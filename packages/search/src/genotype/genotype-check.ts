import { invalidInput, nearest, type Path, pathOf } from "@bnas/errors";
import { isObject } from "../is-object.js";
import { darts } from "../space/darts.js";
import type { Operation } from "../space/space.js";
import { type CellLinks, cellLinks } from "./cell-links.js";
import type { DartsGenotype } from "./genotype.js";

const KEYS = ["normal", "normal_concat", "reduce", "reduce_concat"] as const;

/**
 * A genotype from a value of any origin, its links in any form of `cellLinks`. A key `meta` may lie beside the four of DARTS, as genotype.json has it, and is left out.
 * @param where how the caller calls the value; errors name `genotype.normal[3]`
 * @throws InvalidInput for the first thing that is not as DARTS spells it
 */
export const checkGenotype = (value: unknown, where: string | Path = "genotype"): DartsGenotype => {
  const at = pathOf(where);
  if (!isObject(value)) {
    throw invalidInput(
      where,
      value,
      `an object of ${KEYS.join(", ")}`,
      "genotype.json of a finished search is an example.",
    );
  }
  for (const key of Object.keys(value)) {
    if (key !== "meta" && !KEYS.some((known) => known === key)) {
      throw invalidInput(
        [...at, key],
        value[key],
        `only the keys ${KEYS.join(", ")}`,
        `Did you mean ${nearest(key, KEYS)}?`,
      );
    }
  }
  const normal = cellLinks(value.normal, [...at, "normal"], operation);
  const normal_concat = concat(value.normal_concat, [...at, "normal_concat"], normal);
  const reduce = cellLinks(value.reduce, [...at, "reduce"], operation);
  const reduce_concat = concat(value.reduce_concat, [...at, "reduce_concat"], reduce);
  return { normal: normal.links, normal_concat, reduce: reduce.links, reduce_concat };
};

/** @param place what the hint says of the place, before the operation that is meant */
const operation = (value: unknown, where: Path, place?: string): Operation => {
  const word = typeof value === "string" ? value : "";
  if (darts.operations.includes(word)) return word;
  const hint = `${place === undefined ? "" : `${place}. `}Did you mean ${nearest(word, darts.operations)}?`;
  throw invalidInput(where, value, darts.operations.join(", "), hint);
};

/** The nodes that a cell concatenates, those without links left out. */
const concat = (value: unknown, where: Path, { giving, last }: CellLinks): number[] => {
  const known = (node: unknown): node is number =>
    typeof node === "number" && Number.isInteger(node) && node >= 2 && node <= last;
  if (Array.isArray(value) && value.every(known) && new Set(value).size === value.length) {
    const kept = value.filter((node) => giving.includes(node));
    if (kept.length > 0) return kept;
  }
  const hint = `DARTS concatenates all of them: [${giving.join(", ")}].`;
  throw invalidInput(where, value, `a list of different nodes from 2 to ${last}`, hint);
};
