import { invalidInput, nearest, type Path, pathOf } from "@bnas/errors";
import { isObject } from "../is-object.js";
import { OPERATIONS, type Operation } from "../space/operations.js";
import { EDGES, type Network } from "../space/space.js";
import { CONCAT, type Genotype, type Link } from "./genotype.js";

const KEYS = ["normal", "normal_concat", "reduce", "reduce_concat"] as const;
const LINKS = 8;

/**
 * A genotype from a value of any origin. A key `meta` may lie beside the four of DARTS, as genotype.json has it, and is left out.
 * @param where how the caller calls the value; errors name `genotype.normal[3]`
 * @throws InvalidInput for the first thing that is not as DARTS spells it
 */
export const checkGenotype = (value: unknown, where: string | Path = "genotype"): Genotype => {
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
  return {
    normal: links(value.normal, [...at, "normal"]),
    normal_concat: concat(value.normal_concat, [...at, "normal_concat"]),
    reduce: links(value.reduce, [...at, "reduce"]),
    reduce_concat: concat(value.reduce_concat, [...at, "reduce_concat"]),
  };
};

/** A sampled network from lists of operations, one for each of the 14 edges of both kinds of cell. @throws InvalidInput */
export const parseNetwork = (value: unknown, where: string | Path = "network"): Network => {
  const at = pathOf(where);
  if (!isObject(value))
    throw invalidInput(where, value, "an object of normal, reduce", "Name one operation for each of 14 edges.");
  return { normal: operations(value.normal, [...at, "normal"]), reduce: operations(value.reduce, [...at, "reduce"]) };
};

const operations = (value: unknown, where: Path): Operation[] => {
  if (Array.isArray(value) && value.length === EDGES.length)
    return value.map((word, edge) => operation(word, [...where, edge]));
  const hint = "Edges are ordered by the node they lead to, then by the node they come from.";
  throw invalidInput(where, value, `a list of ${EDGES.length} operations, one an edge`, hint);
};

const isOperation = (value: unknown): value is Operation => OPERATIONS.some((known) => known === value);

const operation = (value: unknown, where: Path): Operation => {
  if (isOperation(value)) return value;
  const word = typeof value === "string" ? value : "";
  throw invalidInput(where, value, OPERATIONS.join(", "), `Did you mean ${nearest(word, OPERATIONS)}?`);
};

const links = (value: unknown, where: Path): Link[] => {
  if (!Array.isArray(value) || value.length !== LINKS) {
    throw invalidInput(
      where,
      value,
      `a list of ${LINKS} links`,
      "Nodes 2, 3, 4 and 5 have two links each, in this order.",
    );
  }
  const checked = value.map((one, index) => link(one, 2 + Math.floor(index / 2), [...where, index]));
  for (const [index, [, input]] of checked.entries()) {
    if (index % 2 === 1 && checked[index - 1]?.[1] === input) {
      const hint = `The links of node ${2 + Math.floor(index / 2)} come from two different nodes.`;
      throw invalidInput([...where, index], checked[index], `an input other than ${input}`, hint);
    }
  }
  return checked;
};

const link = (value: unknown, node: number, where: Path): Link => {
  if (!Array.isArray(value) || value.length !== 2) {
    throw invalidInput(where, value, "a pair of an operation and an input node", 'An example is ["sep_conv_3x3", 0].');
  }
  const [word, input]: readonly unknown[] = value;
  if (typeof input !== "number" || !Number.isInteger(input) || input < 0 || input >= node) {
    throw invalidInput(
      where,
      value,
      `an input node from 0 to ${node - 1}`,
      `This is a link of node ${node}; what feeds it comes before it.`,
    );
  }
  return [operation(word, where), input];
};

const concat = (value: unknown, where: Path): number[] => {
  const known = (node: unknown): node is number => CONCAT.some((one) => one === node);
  if (Array.isArray(value) && value.length > 0 && value.every(known) && new Set(value).size === value.length)
    return [...value];
  throw invalidInput(
    where,
    value,
    "a list of different nodes from 2 to 5",
    "DARTS concatenates all of them: [2, 3, 4, 5].",
  );
};
