/** What people read in a file, and what they call: its prose (comments, pages), its names, and its texts, regular expressions among them. */
export type FileParts = { readonly prose: string; readonly names: readonly string[]; readonly strings: string };

/** Comments, texts and regular expressions, so that none is found inside another. A regular expression begins where no division can. */
const token =
  /(?<comment>\/\/[^\n]*|\/\*.*?\*\/)|(?:`(?:\\.|\$\{(?:[^{}]|\{[^{}]*\})*\}|[^`\\])*`|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?:(?<=[=(,:!&|?{};[>\n])\s*\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*)/gs;

/** The parts of a file. @param path decides how it is read: as a program, as Markdown, or as text */
export const partsOf = (path: string, text: string): FileParts => {
  if (/\.[mc]?[jt]s$/.test(path)) return partsOfProgram(text);
  return { prose: path.endsWith(".md") ? proseOfPage(text) : text, names: [], strings: "" };
};

const partsOfProgram = (text: string): FileParts => {
  const prose: string[] = [];
  const strings: string[] = [];
  const code = text.replaceAll(token, (all, ...args) => {
    const { comment }: { readonly comment?: string } = args.at(-1);
    (comment === undefined ? strings : prose).push(all);
    return " ";
  });
  return { prose: prose.join("\n"), names: code.match(/[A-Za-z_$][\w$]*/g) ?? [], strings: strings.join("\n") };
};

/** Without examples, and without what is quoted: names of code, titles of tests. */
const proseOfPage = (text: string): string =>
  text
    .replaceAll(/^\s*```.*?^\s*```$/gms, "")
    .replaceAll(/`[^`\n]*`/g, "")
    .replaceAll(/"[^"\n]*"/g, "");
