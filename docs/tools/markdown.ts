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

/** A table whose columns stand under each other in the text, too. @param rows the first is the head */
export const table = (rows: readonly (readonly string[])[]): string => {
  const texts = rows.map((row) => row.map((text) => text.replaceAll("\n", " ").replaceAll("|", "\\|")));
  const [head = [], ...body] = texts;
  const widths = head.map((_, column) => Math.max(3, ...texts.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [head, widths.map((width) => "-".repeat(width)), ...body].map(line).join("\n");
};

/** A declaration as a block of code. */
export const code = (signature: string): string => `\`\`\`ts\n${signature};\n\`\`\``;
