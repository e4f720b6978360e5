/**
 * A name in a text whose spelling depends on the reader: the setting `tlsCa` is the flag `--tls-ca` at the command line, the method
 * `ListSearches` the command `bnas list`.
 */
export type Name = { readonly kind: (typeof KINDS)[number]; readonly name: string };

const KINDS = ["setting", "method", "field"] as const;

/** What an error says: a text, or one with names in it. */
export type Text = string | readonly (string | Name)[];

/** The spelling of a name for one kind of reader; undefined: unchanged. */
export type Spelling = (name: Name) => string | undefined;

/** text`Give ${setting("tlsCa")}.` @returns the text with its names, so that the code that shows it can spell them */
export const text = (strings: TemplateStringsArray, ...parts: readonly (Text | Name)[]): Text =>
  joined(strings.flatMap((string, i) => [string, ...partsOf(parts[i] ?? "")]));

const partsOf = (part: Text | Name): readonly (string | Name)[] => {
  if (typeof part === "string") return [part];
  return "kind" in part ? [part] : part;
};

/** A setting as the configuration calls it: `tlsCa`. */
export const setting = (name: string): Name => ({ kind: "setting", name });

/** A method of gRPC by its name, `ListSearches`, or by its path, `/bnas.v1.SearchService/ListSearches`. */
export const method = (name: string): Name => ({ kind: "method", name });

/** A field of a request as the request calls it: `search_id`. */
export const requestField = (name: string): Name => ({ kind: "field", name });

/** The text with its names spelled by `spelling`; one that it does not know stays a name. */
export const spell = (said: Text, spelling: Spelling): Text =>
  typeof said === "string"
    ? said
    : joined(said.map((part) => (typeof part === "string" ? part : (spelling(part) ?? part))));

/** The text alone, its names spelled as they are. */
export const plainText = (said: Text): string =>
  typeof said === "string" ? said : said.map((part) => (typeof part === "string" ? part : part.name)).join("");

/** Two texts that mean the same are equal: strings side by side are one, and what has no name is a string. */
const joined = (parts: readonly (string | Name)[]): Text => {
  const whole: (string | Name)[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (typeof part === "string" && typeof last === "string") whole[whole.length - 1] = last + part;
    else if (part !== "") whole.push(part);
  }
  const [only = "", ...more] = whole;
  return typeof only === "string" && more.length === 0 ? only : whole;
};

/** Whether what came over a wire is a text. */
export const isText = (value: unknown): value is Text =>
  typeof value === "string" ||
  (Array.isArray(value) && value.every((part) => typeof part === "string" || isName(part)));

const isName = (value: unknown): value is Name =>
  typeof value === "object" &&
  value !== null &&
  "kind" in value &&
  KINDS.some((kind) => kind === value.kind) &&
  "name" in value &&
  typeof value.name === "string";
