// From docstrings to Markdown.

/** A file that is made: its path from the root of the repository, and its text. */
export type Page = { readonly path: string; readonly text: string };

/** Formulas between double dollars become blocks, and links to names become code. */
export const prose = (text: string): string =>
  text
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .split("$$")
    .map((part, index) => (index % 2 === 0 ? part.trim() : `\n\`\`\`math\n${part.trim()}\n\`\`\`\n`))
    .filter((part) => part !== "")
    .join("\n")
    .trim();

/** `batchNorm` and `InputMap` as file names: batch-norm, input-map. */
export const kebab = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();

/** The text on one line of a table. */
export const cell = (text: string): string => text.replaceAll("\n", " ").replaceAll("|", "\\|");
