import type { Mutant } from "./mutants.js";
import { childrenOf, type Node, parse } from "./syntax.js";

/** The function that says, in the source with all mutants in it, whether one of them is the active one. */
export const SWITCH = "__mutant";

/** The source with all its mutants in it: `a < b` becomes `(__mutant(1) ? (a <= b) : a < b)`. */
export function instrument(source: string, mutants: readonly Mutant[]): string {
  const render = (node: Node): string => {
    let [text, at] = ["", node.start];
    for (const one of childrenOf(node)) {
      text += source.slice(at, one.start) + render(one);
      at = one.end;
    }
    text += source.slice(at, node.end);
    for (const { id, text: other } of mutants.filter(
      (mutant) => mutant.start === node.start && mutant.end === node.end,
    )) {
      if (isStatement(node) !== (other === undefined)) continue;
      text =
        other === undefined ? `{ if (!${SWITCH}(${id})) { ${text} } }` : `(${SWITCH}(${id}) ? (${other}) : ${text})`;
    }
    return text;
  };
  const program = parse(source);
  return source.slice(0, program.start) + render(program) + source.slice(program.end);
}

const isStatement = ({ type }: Node) => type.endsWith("Statement");
