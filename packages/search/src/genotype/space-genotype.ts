import { invalidInput, nearest, type Path, pathOf } from "@bnas/errors";
import { isObject } from "../is-object.js";
import { type Cell, edgesInto, fullSpace, kindsOf, linkTargets, nodesOf, type Space } from "../space/space.js";
import { type Genotype, genotypeOfEntries, type Link } from "./genotype.js";
import { operationAmong } from "./network-check.js";

/**
 * A genotype that a search of this space may give, from a value of any origin: every node with as many links as it keeps. A key `meta`
 * may lie beside the cells, as genotype.json has it, and is left out.
 * @param where how the caller calls the value; errors name `genotype.normal[3]`
 * @throws InvalidInput for the first thing that is not of the space
 */
export const genotypeInSpace = (space: Space, value: unknown, where: string | Path = "genotype"): Genotype => {
  const at = pathOf(where);
  const keys = kindsOf(space).flatMap((kind) => [kind, `${kind}_concat`]);
  if (!isObject(value)) {
    throw invalidInput(
      where,
      value,
      `an object of ${keys.join(", ")}`,
      "genotype.json of a finished search is an example.",
    );
  }
  for (const key of Object.keys(value)) {
    if (key !== "meta" && !keys.includes(key)) {
      throw invalidInput(
        [...at, key],
        value[key],
        `only the keys ${keys.join(", ")}`,
        `Did you mean ${nearest(key, keys)}?`,
      );
    }
  }
  return genotypeOfEntries(
    space.cells.map((cell) => ({
      kind: cell.kind,
      links: links(value[cell.kind], space, cell, [...at, cell.kind]),
      concat: concat(value[`${cell.kind}_concat`], cell, [...at, `${cell.kind}_concat`]),
    })),
  );
};

const links = (value: unknown, space: Space, cell: Cell, where: Path): Link[] => {
  const nodes = linkTargets(cell);
  if (!Array.isArray(value) || value.length !== nodes.length) {
    const hint = `${perNode(cell)}, in this order.`;
    throw invalidInput(where, value, `a list of ${nodes.length} links`, hint);
  }
  const checked = nodes.map((node, index) => link(value[index], space, cell, node, [...where, index]));
  for (const [index, [, input]] of checked.entries()) {
    const node = nodes[index];
    const before = checked.findIndex(([, other], place) => place < index && nodes[place] === node && other === input);
    if (before !== -1) {
      const hint = `The links of node ${node} come from different nodes.`;
      throw invalidInput([...where, index], checked[index], `an input other than ${input}`, hint);
    }
  }
  return checked;
};

const perNode = (cell: Cell): string =>
  cell.links === "all"
    ? "Every node has a link for each edge into it"
    : `Nodes ${cell.inputs} to ${cell.inputs + cell.nodes - 1} have ${cell.links} links each`;

const link = (value: unknown, space: Space, cell: Cell, node: number, where: Path): Link => {
  if (!Array.isArray(value) || value.length !== 2) {
    throw invalidInput(where, value, "a pair of an operation and an input node", 'An example is ["sep_conv_3x3", 0].');
  }
  const [word, input]: readonly unknown[] = value;
  const into = edgesInto(cell, node);
  const edge = into.find(({ from }) => from === input);
  if (edge === undefined) {
    throw invalidInput(
      where,
      value,
      `an input node from ${into.map(({ from }) => from).join(", ")}`,
      `This is a link of node ${node}; what feeds it comes before it.`,
    );
  }
  return [operationAmong(word, fullSpace(space)[cell.kind]?.[edge.edge] ?? [], where), edge.from];
};

const concat = (value: unknown, cell: Cell, where: Path): number[] => {
  const nodes = nodesOf(cell);
  const known = (node: unknown): node is number => nodes.some((one) => one === node);
  if (Array.isArray(value) && value.length > 0 && value.every(known) && new Set(value).size === value.length)
    return [...value];
  throw invalidInput(
    where,
    value,
    `a list of different nodes from ${nodes.at(0)} to ${nodes.at(-1)}`,
    `DARTS concatenates all of them: [${nodes.join(", ")}].`,
  );
};
