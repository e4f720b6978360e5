import type { Declaration } from "./source.js";

// Examples in docstrings are programs: a line says what it gives by `// => value`, or what it throws by `// throws text`.

export type Example = { readonly of: string; readonly file: string; readonly code: string };

/** The examples of a docstring: the `ts` blocks after its `@example`. */
export const examplesOf = ({ name, file, tags }: Declaration): readonly Example[] =>
  tags
    .filter((tag) => tag.name === "example")
    .flatMap(({ text }) => [...text.matchAll(/```ts\n([\s\S]*?)```/g)])
    .map(([, code = ""]) => ({ of: name, file, code: code.trim() }));

/**
 * The example as a module that throws where a line does not give what it says.
 * @param runtime how the module imports `shows` and `refuses` (shows.ts)
 */
export const moduleOf = ({ code }: Example, runtime: string): string => {
  const body = joinComments(code).map((line) => {
    const [, indent = "", statement = "", kind = "", said = ""] =
      /^(\s*)(\S.*?);?\s*\/\/ (=>|throws) (.+)$/.exec(line) ?? [];
    if (kind === "") return line;
    const quoted = JSON.stringify(statement);
    if (kind === "throws")
      return `${indent}await refuses(async () => { ${statement}; }, ${quoted}, ${JSON.stringify(said)});`;
    const constant = /^const (\w+)\b/.exec(statement)?.[1];
    const declared = constant === undefined ? "" : `${statement}; `;
    return `${indent}${declared}shows(${constant ?? statement}, ${said}, ${quoted}, ${JSON.stringify(said)});`;
  });
  return [`import { refuses, shows } from ${JSON.stringify(runtime)};`, ...body, "void [refuses, shows];", ""].join(
    "\n",
  );
};

/** What a line gives may stand below it, and continue in comments that are indented by at least three spaces. */
const joinComments = (code: string): readonly string[] =>
  code
    .replace(/(?<=\S)\n\s*(?=\/\/ (?:=>|throws) )/g, " ")
    .replace(/(\/\/ (?:=>|throws) .*(?:\n\s*\/\/ {3,}\S.*)+)/g, (said) => said.replace(/\n\s*\/\/ {3,}/g, " "))
    .split("\n");
