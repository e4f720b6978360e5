import { invalidInput, type Path } from "@bnas/errors";
import type { Operation } from "../space/space.js";
import type { Link } from "./genotype.js";

/** The links of a cell, two a node for nodes 2, 3, ... */
export type CellLinks = {
  readonly links: readonly Link[];
  /** The nodes that have something to give. */
  readonly giving: readonly number[];
  /** The last node that the cell may have. */
  readonly last: number;
};

/** Intermediate nodes of a cell. Published cells have 3 to 7. */
const MOST_NODES = 16;
const EXAMPLE = 'An example is ["sep_conv_3x3", 0].';

/** A link as it is written, and where: link 1 or 2 of a node. */
type Written = { readonly value: unknown; readonly where: Path; readonly node: number; readonly link: number };
type ReadOperation = (value: unknown, where: Path, hint: string) => Operation;

/**
 * The links of a cell in any form that public code writes:
 * - `(operation, input)`, two a node one after the other (DARTS), or nested by node (pt.darts, the authors of BNAS)
 * - with a score behind the input, which is left out
 * - `(operation, to, from)` in any order, nodes with fewer than two links among them (FairDARTS)
 *
 * A node with one link gets `none` from another input as its second. A node without links gives nothing: no cell concatenates it,
 * and a link from it is `none` (FairDARTS' network leaves both out).
 * @param operation checks the name of an operation
 * @throws InvalidInput that names the node and the link
 */
export const cellLinks = (value: unknown, where: Path, operation: ReadOperation): CellLinks => {
  if (!Array.isArray(value) || value.length === 0) {
    const hint = "Nodes 2, 3, 4, ... have two links each, in this order.";
    throw invalidInput(where, value, "a list of links, two for each node", hint);
  }
  if (isTriple(value[0])) return sparse(value, where, operation);
  const written = value.some(isNode) ? nested(value, where) : flat(value, where);
  requireNodes(written.length, where);
  const links = written.flatMap((node) => filled(node.map((one) => pair(one, operation))));
  return { links, giving: written.map((_, index) => index + 2), last: written.length + 1 };
};

/** Whether a link has the form (operation, to, from): the input of a pair of node 2 is 0 or 1, and no node before 2 has links. */
const isTriple = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 3 && whole(value[1]) && value[1] >= 2 && whole(value[2]);

const whole = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value);

const isNode = (value: unknown): boolean => Array.isArray(value) && (value.length === 0 || Array.isArray(value[0]));

const flat = (value: readonly unknown[], where: Path): Written[][] => {
  const last = 2 + (value.length >> 1);
  if (value.length % 2 === 1) {
    const hint = `Nodes 2 to ${last} have two links each, in this order: link 2 of node ${last} is missing.`;
    throw invalidInput(where, value, "two links for each node", hint);
  }
  return Array.from({ length: value.length / 2 }, (_, index) =>
    [0, 1].map((link) => {
      const place = 2 * index + link;
      return { value: value[place], where: [...where, place], node: index + 2, link: link + 1 };
    }),
  );
};

const nested = (value: readonly unknown[], where: Path): Written[][] =>
  value.map((node, index) => {
    const here = [...where, index];
    if (!Array.isArray(node) || !isNode(node)) {
      const hint = `The cell is nested by node, and this is node ${index + 2}. An example is [["sep_conv_3x3", 0], ["skip_connect", 1]].`;
      throw invalidInput(here, node, "a list of links", hint);
    }
    const [one, two, third] = node;
    if (node.length === 0) throw invalidInput(here, node, "one or two links", `Node ${index + 2} has no link.`);
    if (third !== undefined) throw tooMany([...here, 2], third, index + 2);
    return (node.length === 1 ? [one] : [one, two]).map((link, at) => ({
      value: link,
      where: [...here, at],
      node: index + 2,
      link: at + 1,
    }));
  });

const tooMany = (where: Path, value: unknown, node: number) =>
  invalidInput(
    where,
    value,
    "at most two links for each node",
    `This is link 3 of node ${node}: a node of a derived network here adds two.`,
  );

const requireNodes = (nodes: number, where: Path): void => {
  if (nodes > MOST_NODES)
    throw invalidInput(where, `${nodes} nodes`, `at most ${MOST_NODES} nodes`, "Published cells have 3 to 7.");
};

const pair = ({ value, where, node, link }: Written, operation: ReadOperation): Link => {
  const here = `This is link ${link} of node ${node}`;
  if (!Array.isArray(value) || (value.length !== 2 && !(value.length === 3 && typeof value[2] === "number")))
    throw invalidInput(where, value, "a pair of an operation and an input node", `${here}. ${EXAMPLE}`);
  const [word, input]: readonly unknown[] = value;
  return [operation(word, where, here), inputOf(input, value, where, node, here)];
};

const inputOf = (input: unknown, link: unknown, where: Path, node: number, here: string): number => {
  if (whole(input) && input >= 0 && input < node) return input;
  throw invalidInput(where, link, `an input node from 0 to ${node - 1}`, `${here}; what feeds it comes before it.`);
};

/** Two links: what a node lacks is `none` from the first input that it does not use. */
const filled = (links: readonly Link[]): readonly Link[] => {
  const free = (at: number): number => [0, 1].filter((input) => links.every(([, used]) => used !== input))[at] ?? 1;
  return [...links, ...Array.from({ length: 2 - links.length }, (_, at): Link => ["none", free(at)])];
};

/** Links by (operation, to, from). */
const sparse = (value: readonly unknown[], where: Path, operation: ReadOperation): CellLinks => {
  const byNode = new Map<number, Link[]>();
  for (const [index, triple] of value.entries()) {
    const here = [...where, index];
    if (!Array.isArray(triple) || triple.length !== 3) {
      const hint = `The cell has links of the form (operation, to, from), and this is link ${index + 1} of it. An example is ["sep_conv_3x3", 2, 0].`;
      throw invalidInput(here, triple, "an operation and two nodes", hint);
    }
    const [word, to, from]: readonly unknown[] = triple;
    if (!whole(to) || to < 2 || to >= 2 + MOST_NODES) {
      const hint = `This is link ${index + 1} of the cell, of the form (operation, to, from).`;
      throw invalidInput(here, triple, `a link to a node from 2 to ${MOST_NODES + 1}`, hint);
    }
    const links = byNode.get(to) ?? [];
    const text = `This is link ${links.length + 1} of node ${to}`;
    const link: Link = [operation(word, here, text), inputOf(from, triple, here, to, text)];
    if (links.length === 2) throw tooMany(here, triple, to);
    byNode.set(to, [...links, link]);
  }
  const giving = new Set<number>([0, 1]);
  const links: Link[] = [];
  for (let node = 2; node <= Math.max(...byNode.keys()); node++) {
    const own = byNode.get(node) ?? [];
    if (own.some(([, from]) => giving.has(from))) giving.add(node);
    links.push(...filled(own.map(([name, from]): Link => (giving.has(from) ? [name, from] : ["none", from]))));
  }
  return { links, giving: [...giving].filter((node) => node >= 2), last: MOST_NODES + 1 };
};
