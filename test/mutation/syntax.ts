import { parseAst } from "vitest/node";

/** A node of the syntax tree (ESTree with TypeScript's nodes), as far as mutants need it. Places are indices in the source. */
export type Node = { readonly type: string; readonly start: number; readonly end: number };

/** The program of a TypeScript source. Throws for one that does not parse. */
export const parse = (source: string): Node => parseAst(source, { lang: "ts" }) as Node; // The parser's own type has no index.

/** A field of a node. */
export const field = (node: Node, name: string): unknown => Reflect.get(node, name);

export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, "type") === "string";

/** A field that is a node. */
export const child = (node: Node, name: string): Node | undefined => {
  const value = field(node, name);
  return isNode(value) ? value : undefined;
};

/** What stays of TypeScript's own nodes when the types are gone. */
const KEPT = new Set(["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression"]);

const isErased = ({ type }: Node) => type.startsWith("TS") && !KEPT.has(type);

/** The nodes in a node, in the order of the source, without types and without what stands in an import. */
export function childrenOf(node: Node): readonly Node[] {
  if (node.type === "ImportDeclaration" || node.type === "ExportAllDeclaration") return [];
  // A shorthand `{ a }` has its name twice, as key and as value.
  const fields = field(node, "shorthand") === true ? [field(node, "value")] : Object.values(node);
  return fields
    .flat()
    .filter((value): value is Node => isNode(value) && !isErased(value))
    .sort((one, other) => one.start - other.start);
}
