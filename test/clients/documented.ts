import { readFileSync } from "node:fs";

const text = readFileSync(new URL("../../docs/clients.md", import.meta.url), "utf8");

/** The blocks of docs/clients.md in a language, as they stand there. */
export const blocks = (language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block = ""]) => block);

/** The shell commands of docs/clients.md that begin with a word, in order, each on one line. */
export const commands = (word: string): readonly string[] =>
  blocks("sh")
    .flatMap((block) => block.replace(/\\\n\s*/g, "").split("\n"))
    .filter((line) => line.startsWith(`${word} `));
