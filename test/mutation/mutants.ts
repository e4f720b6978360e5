import { changesOf } from "./rules.js";
import { child, childrenOf, field, type Node, parse } from "./syntax.js";

/** One change to one source. `id` counts from 1 within what was asked for; `start` and `end` are indices in the source. */
export type Mutant = {
  readonly id: number;
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  /** What stands there instead; undefined: the statement is left out. */
  readonly text: string | undefined;
};

/** All mutants of a source, in its order. @param after the id of the last mutant of the sources before */
export function mutantsOf(file: string, source: string, after = 0): readonly Mutant[] {
  const mutants: Mutant[] = [];
  const seen = new Set<string>();
  const visit = (node: Node, around: readonly Node[]): void => {
    for (const change of isFixed(node, around) ? [] : changesOf({ node, around, source })) {
      const text = "text" in change ? change.text : undefined;
      const key = `${node.start} ${node.end} ${text}`;
      if (seen.has(key) || text === source.slice(node.start, node.end)) continue;
      seen.add(key);
      const line = source.slice(0, node.start).split("\n").length;
      mutants.push({ id: 0, file, line, rule: change.rule, start: node.start, end: node.end, text });
    }
    for (const one of childrenOf(node)) visit(one, [node, ...around]);
  };
  visit(parse(source), []);
  return mutants
    .sort((one, other) => one.start - other.start || other.end - one.end)
    .map((mutant, i) => ({ ...mutant, id: after + i + 1 }));
}

/** Whether no other expression may stand in the node's place: a name, a key, what is called, what is assigned to. */
function isFixed(node: Node, [parent]: readonly Node[]): boolean {
  if (parent === undefined) return true;
  const isKey = child(parent, "key") === node && field(parent, "computed") !== true;
  const isTarget = ["left", "id", "param", "tag", "quasi", "source", "property"].some(
    (name) => child(parent, name) === node,
  );
  const isOperand = parent.type === "UpdateExpression" || field(parent, "operator") === "delete";
  const isInChain = parent.type === "ChainExpression" || child(parent, "callee") === node;
  const takesLeft = /^(Binary|Logical)Expression$/.test(parent.type) && child(parent, "left") === node;
  const takesIndex = field(parent, "computed") === true && child(parent, "property") === node;
  return isKey || (isTarget && !takesLeft && !takesIndex) || isOperand || isInChain;
}
