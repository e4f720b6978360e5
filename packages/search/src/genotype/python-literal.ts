import { type InvalidInput, invalidInput } from "@bnas/errors";

type Token = {
  readonly kind: "name" | "number" | "text" | "sign" | "end";
  readonly text: string;
  readonly place: number;
};

const TOKEN = /\s*(?:([A-Za-z_]\w*)|(\d+)|'([^'\n]*)'|"([^"\n]*)"|([()[\],=]))/y;

/**
 * Reads `Genotype(key=value, ...)` as Python writes it: lists, tuples, `range(a, b)`, `list(range(a, b))`, whole numbers and
 * texts in either quotes. `NAME =` may come before it, as in a genotypes.py.
 * @returns an object of the keys
 * @throws InvalidInput that names the character
 */
export const readPython = (text: string, where: string): Record<string, unknown> => {
  const tokens = tokensOf(text, where);
  let place = 0;

  const peek = (): Token => tokens[place] ?? { kind: "end", text: "the end", place: text.length };
  const take = (): Token => {
    const token = peek();
    place++;
    return token;
  };
  const expect = (wanted: string): void => {
    const token = take();
    if (token.text !== wanted || token.kind === "text") throw unexpected(text, where, token.place, `"${wanted}"`);
  };

  const items = <T>(close: string, read: () => T): T[] => {
    const found: T[] = [];
    while (peek().text !== close) {
      found.push(read());
      if (peek().text !== close) expect(",");
    }
    expect(close);
    return found;
  };

  const value = (): unknown => {
    const token = take();
    if (token.kind === "number") return Number(token.text);
    if (token.kind === "text") return token.text;
    if (token.text === "[") return items("]", value);
    if (token.text === "(") return items(")", value);
    if (token.kind === "name" && token.text === "list") {
      expect("(");
      const [list] = items(")", value);
      return list;
    }
    if (token.kind === "name" && token.text === "range") {
      expect("(");
      return range(items(")", value), token);
    }
    throw unexpected(text, where, token.place, "a list, a pair, a range, a number or a text");
  };

  const range = (bounds: readonly unknown[], token: Token): number[] => {
    const [begin, end] = bounds.length === 1 ? [0, bounds[0]] : bounds;
    if (typeof begin !== "number" || typeof end !== "number" || bounds.length > 2 || end - begin > 100) {
      throw unexpected(text, where, token.place, "range(2, 6)");
    }
    return Array.from({ length: Math.max(0, end - begin) }, (_, offset) => begin + offset);
  };

  if (tokens[1]?.text === "=") place = 2;
  expect("Genotype");
  expect("(");
  const pairs = items(")", () => {
    const key = take();
    if (key.kind !== "name") throw unexpected(text, where, key.place, "a key such as normal=");
    expect("=");
    return [key.text, value()] as const;
  });
  if (peek().kind !== "end") throw unexpected(text, where, peek().place, "the end of the line");
  return Object.fromEntries(pairs);
};

const tokensOf = (text: string, where: string): Token[] => {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let from = 0; text.slice(from).trim() !== ""; from = TOKEN.lastIndex) {
    TOKEN.lastIndex = from;
    const match = TOKEN.exec(text);
    if (match === null)
      throw unexpected(text, where, from + (text.slice(from).length - text.slice(from).trimStart().length), "Python");
    const [whole, name, number, single, double, sign] = match;
    const place = from + whole.length - whole.trimStart().length;
    if (name !== undefined) tokens.push({ kind: "name", text: name, place });
    else if (number !== undefined) tokens.push({ kind: "number", text: number, place });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign, place });
    else tokens.push({ kind: "text", text: single ?? double ?? "", place });
  }
  return tokens;
};

const unexpected = (text: string, where: string, place: number, wanted: string): InvalidInput => {
  const found = place < text.length ? text.slice(place, place + 20) : "the end of the text";
  const hint = `At character ${place + 1} of the text; an example is Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), ...).`;
  return invalidInput(where, found, wanted, hint);
};
