import { type InvalidInput, invalidInput } from "@bnas/errors";

type Token = {
  readonly kind: "name" | "number" | "text" | "sign" | "end";
  readonly text: string;
  readonly place: number;
};

/** White space, comments, and a line break behind a backslash. */
const BETWEEN = /(?:\s|#[^\n]*|\\(?=\r?\n))*/y;
const TOKEN = /([A-Za-z_]\w*)|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|'([^'\n]*)'|"([^"\n]*)"|([()[\],=])/y;
/** What may stand behind a genotype on its line: the rest of a list, of a dictionary or of a call around it. */
const REST_OF_LINE = /[ \t\r]*(?:[,;)\]}]|#|\n|$)/y;
/** A cell nested by node has lists in lists in lists. */
const MOST_NESTED = 8;

/**
 * Reads `Genotype(key=value, ...)` as Python writes it: lists, tuples, `range(a, b)`, `list(range(a, b))`, numbers, texts in
 * either quotes, and comments between them.
 * @param from the character at which it begins
 * @returns an object of the keys
 * @throws InvalidInput that names the character
 */
export const readPython = (text: string, where: string, from = 0): Record<string, unknown> => {
  let next = tokenAt(text, where, from);

  const take = (): Token => {
    const token = next;
    if (token.kind !== "end") next = tokenAt(text, where, token.place + token.text.length);
    return token;
  };
  const isSign = (token: Token, sign: string): boolean => token.kind === "sign" && token.text === sign;
  const expect = (wanted: string): void => {
    if (!isSign(next, wanted)) throw unexpected(text, where, next.place, `"${wanted}"`);
    take();
  };

  const items = <T>(close: string, read: () => T): T[] => {
    const found: T[] = [];
    while (!isSign(next, close)) {
      found.push(read());
      if (!isSign(next, close)) expect(",");
    }
    return found;
  };
  const list = (close: string, depth: number): unknown[] => {
    const found = items(close, () => value(depth + 1));
    take();
    return found;
  };

  const value = (depth: number): unknown => {
    const token = next;
    if (depth > MOST_NESTED) throw unexpected(text, where, token.place, `lists in lists, at most ${MOST_NESTED} deep`);
    take();
    if (token.kind === "number") return Number(token.text);
    if (token.kind === "text") return token.text.slice(1, -1);
    if (isSign(token, "[")) return list("]", depth);
    if (isSign(token, "(")) return list(")", depth);
    if (token.kind === "name" && (token.text === "list" || token.text === "tuple")) {
      expect("(");
      return list(")", depth)[0];
    }
    if (token.kind === "name" && token.text === "range") {
      expect("(");
      return range(list(")", depth), token);
    }
    throw unexpected(text, where, token.place, "a list, a pair, a range, a number or a text");
  };

  const range = (bounds: readonly unknown[], token: Token): number[] => {
    const [begin, end] = bounds.length === 1 ? [0, bounds[0]] : bounds;
    if (!isWhole(begin) || !isWhole(end) || bounds.length > 2 || end - begin > 100) {
      throw unexpected(text, where, token.place, "range(2, 6)");
    }
    return Array.from({ length: Math.max(0, end - begin) }, (_, offset) => begin + offset);
  };

  if (next.text !== "Genotype") throw unexpected(text, where, next.place, "Genotype(...)");
  take();
  expect("(");
  const keys = new Set<string>();
  const pairs = items(")", () => {
    const key = take();
    if (key.kind !== "name" || keys.has(key.text))
      throw unexpected(text, where, key.place, "a key such as normal=, once");
    keys.add(key.text);
    expect("=");
    return [key.text, value(0)] as const;
  });
  REST_OF_LINE.lastIndex = next.place + 1;
  if (!REST_OF_LINE.test(text)) {
    const rest = text.slice(next.place + 1);
    throw unexpected(text, where, text.length - rest.trimStart().length, "the end of the line");
  }
  return Object.fromEntries(pairs);
};

const isWhole = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value);

const tokenAt = (text: string, where: string, from: number): Token => {
  BETWEEN.lastIndex = from;
  BETWEEN.test(text);
  const place = BETWEEN.lastIndex;
  if (place >= text.length) return { kind: "end", text: "", place: text.length };
  TOKEN.lastIndex = place;
  const match = TOKEN.exec(text);
  if (match === null) throw unexpected(text, where, place, "Python");
  const [whole, name, number, , , sign] = match;
  const kind = name !== undefined ? "name" : number !== undefined ? "number" : sign !== undefined ? "sign" : "text";
  return { kind, text: whole, place };
};

const unexpected = (text: string, where: string, place: number, wanted: string): InvalidInput => {
  const found = place < text.length ? text.slice(place, place + 20) : "the end of the text";
  const hint = `At character ${place + 1} of the text; an example is Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), ...).`;
  return invalidInput(where, found, wanted, hint);
};
