/** Where in the input something is: `["facts", 3, "round"]`. Every layer puts its part in front, and renames nothing. */
export type Path = readonly (string | number)[];

/** `spec.data.imageSize`, `facts[3].round`: names with dots, and indices in brackets. */
const DOTTED = /^\w[\w-]*(?:\.[\w-]+|\[(?:0|[1-9]\d{0,8})\])+$/;

/**
 * The path that a text means: `facts[3].round` is `["facts", 3, "round"]`. A text of another form, such as `--out`, `BNAS_LOG` or
 * `facts.jsonl line 7`, is one part. `fieldOf` gives the text back.
 */
export const pathOf = (text: string | Path): Path => {
  if (typeof text !== "string") return text;
  if (!DOTTED.test(text)) return [text];
  return [...text.matchAll(/\[(\d+)\]|[\w-]+/g)].map(([part, index]) => (index === undefined ? part : Number(index)));
};

/**
 * A path as people read it: `facts[3].round`.
 * @example
 * ```ts
 * import { fieldOf, pathOf } from "@bnas/errors";
 *
 * fieldOf(["facts", 3, "round"]); // => "facts[3].round"
 * pathOf("facts[3].round"); // => ["facts", 3, "round"]
 * ```
 */
export const fieldOf = (path: Path): string =>
  path.reduce<string>((text, part, i) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return i === 0 ? part : `${text}.${part}`;
  }, "");
