import { child, field, type Node } from "./syntax.js";

/** A change to a node: its text instead, or that the statement is left out. `rule` names the kind of change. */
export type Change =
  | { readonly rule: string; readonly text: string }
  | { readonly rule: string; readonly leftOut: true };

/** A node and the nodes around it, the nearest first. */
export type Place = { readonly node: Node; readonly around: readonly Node[]; readonly source: string };

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": ["<<"],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
};

const METHODS = new Map(
  Object.entries({
    some: "every",
    every: "some",
    min: "max",
    max: "min",
    floor: "ceil",
    ceil: "floor",
    startsWith: "endsWith",
    endsWith: "startsWith",
    find: "findLast",
    findLast: "find",
    indexOf: "lastIndexOf",
  }),
);

/** Methods whose answer may be what they were called on: sorted or not, cut or not. */
const LEFT_OUT = new Set([
  "filter",
  "sort",
  "toSorted",
  "reverse",
  "toReversed",
  "slice",
  "trim",
  "toLowerCase",
  "flat",
]);

const textOf = (node: Node, source: string) => source.slice(node.start, node.end);

const operator: Rule = ({ node, source }) => {
  const [left, right] = [child(node, "left"), child(node, "right")];
  if (left === undefined || right === undefined) return [];
  const sign = String(field(node, "operator"));
  if (sign === "+" && [left, right].some(isText)) return [];
  const [one, two] = [inBrackets(left, source), inBrackets(right, source)];
  return (OPERATORS[sign] ?? []).map((other) => ({ rule: "operator", text: `${one} ${other} ${two}` }));
};

const inBrackets = (node: Node, source: string) =>
  /\s/.test(textOf(node, source)) ? `(${textOf(node, source)})` : textOf(node, source);

const isText = (node: Node) => node.type === "TemplateLiteral" || typeof field(node, "value") === "string";

const condition: Rule = ({ node, around: [parent] }) => {
  if (parent === undefined || parent.type === "SwitchCase" || child(parent, "test") !== node) return [];
  const isLoop = /^(While|DoWhile|For)Statement$/.test(parent.type);
  return (isLoop ? ["false"] : ["true", "false"]).map((text) => ({ rule: "condition", text }));
};

const negation: Rule = ({ node, source }) => {
  const argument = child(node, "argument");
  const sign = field(node, "operator");
  if (argument === undefined || (sign !== "!" && sign !== "-")) return [];
  return [{ rule: "negation", text: textOf(argument, source) }];
};

const update: Rule = ({ node, source }) => {
  const sign = field(node, "operator");
  const text = textOf(node, source);
  return [{ rule: "operator", text: sign === "++" ? text.replace("++", "--") : text.replace("--", "++") }];
};

const ASSIGNMENTS: Readonly<Record<string, string>> = { "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=" };

const assignment: Rule = ({ node, source }) => {
  const other = ASSIGNMENTS[String(field(node, "operator"))];
  const [left, right] = [child(node, "left"), child(node, "right")];
  if (other === undefined || left === undefined || right === undefined) return [];
  return [{ rule: "operator", text: `${textOf(left, source)} ${other} ${textOf(right, source)}` }];
};

const literal: Rule = ({ node, around: [parent], source }) => {
  const value = field(node, "value");
  if (typeof value === "boolean") return [{ rule: "literal", text: String(!value) }];
  // What stands after `??` is often there for the compiler alone, who does not know that an index is in range.
  if (typeof value === "number" && field(parent ?? node, "operator") !== "??") {
    return [{ rule: "literal", text: String(value + 1) }];
  }
  if (typeof value === "string" && isWord(value)) return [{ rule: "literal", text: '""' }];
  if (field(node, "regex") !== undefined) return pattern(textOf(node, source));
  return [];
};

/** A word that programs read: a kind, a field, a part of a name. A sentence is for people, and no test holds its letters. */
const isWord = (text: string) => text !== "" && !/\s/.test(text);

const pattern = (text: string): readonly Change[] => [
  ...(text.startsWith("/^") ? [{ rule: "pattern", text: `/${text.slice(2)}` }] : []),
  ...(/\$\/[a-z]*$/.test(text) ? [{ rule: "pattern", text: text.replace(/\$(\/[a-z]*)$/, "$1") }] : []),
];

const template: Rule = ({ node, around: [parent], source }) => {
  const isTagged = parent?.type === "TaggedTemplateExpression";
  const text = textOf(node, source)
    .slice(1, -1)
    .replace(/\$\{[^}]*\}/g, "x");
  return isTagged || !isWord(text) ? [] : [{ rule: "literal", text: "``" }];
};

const list: Rule = ({ node, source }) =>
  textOf(node, source).replaceAll(/\s/g, "") === "[]" ? [] : [{ rule: "literal", text: "[]" }];

const call: Rule = ({ node, around, source }) => {
  const callee = child(node, "callee");
  const [object, property] = callee === undefined ? [] : [child(callee, "object"), child(callee, "property")];
  // A part of a chain with ?. cannot be replaced alone.
  if (callee?.type !== "MemberExpression" || object === undefined || property === undefined) return [];
  if (around.some(({ type }) => type === "ChainExpression") || field(callee, "computed") === true) return [];
  const name = textOf(property, source);
  const other = METHODS.get(name);
  if (other !== undefined) {
    const rest = source.slice(property.end, node.end);
    return [{ rule: "method", text: `${source.slice(node.start, property.start)}${other}${rest}` }];
  }
  return LEFT_OUT.has(name) ? [{ rule: "method", text: textOf(object, source) }] : [];
};

const awaited: Rule = ({ node, source }) => {
  const argument = child(node, "argument");
  return argument === undefined ? [] : [{ rule: "await", text: textOf(argument, source) }];
};

/** An answer that is not given. (That of a comparison or a boolean is changed by their own rules.) */
const answer = (given: Node | undefined, { node }: Place): readonly Change[] => {
  if (given !== node || /^(BinaryExpression|LogicalExpression|UnaryExpression|ArrayExpression)$/.test(node.type))
    return [];
  if (typeof field(node, "value") === "boolean" || field(node, "name") === "undefined") return [];
  return [{ rule: "answer", text: "undefined" }];
};

const answered: Rule = (place) => {
  const [parent] = place.around;
  if (parent?.type === "ReturnStatement") return answer(child(parent, "argument"), place);
  const isArrow = parent?.type === "ArrowFunctionExpression" && place.node.type !== "BlockStatement";
  return isArrow ? answer(child(parent, "body"), place) : [];
};

const leftOut: Rule = () => [{ rule: "statement", leftOut: true }];

const statement: Rule = (place) => {
  const isDirective = typeof field(place.node, "directive") === "string";
  return isDirective || /^super\b/.test(textOf(place.node, place.source)) ? [] : leftOut(place);
};

/** (That of `if (x) throw` alone is the condition `false`.) */
const thrown: Rule = (place) => (place.around[0]?.type === "IfStatement" ? [] : leftOut(place));

type Rule = (place: Place) => readonly Change[];

const RULES: Readonly<Record<string, Rule>> = {
  BinaryExpression: operator,
  LogicalExpression: operator,
  UnaryExpression: negation,
  UpdateExpression: update,
  AssignmentExpression: assignment,
  Literal: literal,
  TemplateLiteral: template,
  ArrayExpression: list,
  CallExpression: call,
  AwaitExpression: awaited,
  ExpressionStatement: statement,
  ThrowStatement: thrown,
};

/** All changes to one node. */
export const changesOf = (place: Place): readonly Change[] => [
  ...(RULES[place.node.type]?.(place) ?? []),
  ...condition(place),
  ...answered(place),
];
