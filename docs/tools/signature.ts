import type { Node } from "typescript/unstable/ast";
import {
  isArrowFunction,
  isClassDeclaration,
  isFunctionDeclaration,
  isPrivateIdentifier,
  isPropertyDeclaration,
  isVariableDeclaration,
} from "typescript/unstable/ast/is";

/**
 * A declaration as its caller sees it: a function without its body, a class without what is private, a type as it is written.
 * @param typeText what the compiler infers, for constants that state no type
 */
export const signatureOf = (node: Node, typeText: () => string): string => {
  if (isFunctionDeclaration(node)) return upTo(node, node.body).replace(/^export /, "");
  if (isVariableDeclaration(node)) {
    const { initializer, type, name } = node;
    if (type !== undefined) return `const ${name.getText()}: ${type.getText()}`;
    if (initializer !== undefined && isArrowFunction(initializer) && initializer.type !== undefined) {
      const [, isAsync = "", head] = /^(async )?([\s\S]*?)\s*=>$/.exec(upTo(initializer, initializer.body)) ?? [];
      return `${isAsync}function ${name.getText()}${head}`;
    }
    return `const ${name.getText()}: ${typeText()}`;
  }
  if (isClassDeclaration(node)) {
    const members = node.members.filter(isPublic).map((member) => `  ${docstringOf(member)}${withoutBody(member)};`);
    const head = node.getText().slice(0, node.members.pos - node.getStart());
    return [head.replace(/^export /, ""), ...members, "}"].join("\n");
  }
  return withoutEnd(node.getText().replace(/^export /, ""));
};

const withoutEnd = (text: string): string => text.replace(/;$/, "");

const upTo = (node: Node, body: Node | undefined): string =>
  (body === undefined ? node.getText() : node.getText().slice(0, body.getStart() - node.getStart())).trim();

/** The docstring that stands before a member of a class, with the space after it. */
const docstringOf = (member: Node): string =>
  /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.exec(member.getFullText().slice(0, member.getStart() - member.pos))?.[0] ?? "";

const isPublic = (member: Node): boolean => {
  const named = member as Node & { readonly name?: Node }; // Constructors and index signatures have none.
  if (named.name !== undefined && isPrivateIdentifier(named.name)) return false;
  return !/^(private|protected) /.test(member.getText());
};

const withoutBody = (member: Node): string => {
  const { body, initializer } = member as Node & { readonly body?: Node; readonly initializer?: Node };
  if (isPropertyDeclaration(member) && initializer !== undefined) return upTo(member, initializer).replace(/\s*=$/, "");
  return withoutEnd(upTo(member, body));
};
