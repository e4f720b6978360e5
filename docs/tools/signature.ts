import type { Node } from "typescript/unstable/ast";
import {
  isArrowFunction,
  isClassDeclaration,
  isFunctionDeclaration,
  isMethodDeclaration,
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
    const members = node.members.filter(isPublic).map((member) => `  ${withoutBody(member)};`);
    const head = node
      .getText()
      .slice(0, node.members.pos - node.getStart())
      .replace(/^export /, "");
    return [head, ...members, "}"].join("\n");
  }
  return node
    .getText()
    .replace(/^export /, "")
    .replace(/;$/, "");
};

const upTo = (node: Node, body: Node | undefined): string =>
  (body === undefined ? node.getText() : node.getText().slice(0, body.getStart() - node.getStart())).trim();

const isPublic = (member: Node): boolean => {
  const named = member as Node & { readonly name?: Node }; // Constructors and index signatures have none.
  if (named.name !== undefined && isPrivateIdentifier(named.name)) return false;
  return !/^(private|protected) /.test(member.getText());
};

const withoutBody = (member: Node): string => {
  const { body, initializer } = member as Node & { readonly body?: Node; readonly initializer?: Node };
  if (isPropertyDeclaration(member)) {
    return initializer === undefined
      ? member.getText().replace(/;$/, "")
      : upTo(member, initializer).replace(/\s*=$/, "");
  }
  return isMethodDeclaration(member) || body !== undefined ? upTo(member, body) : member.getText().replace(/;$/, "");
};
