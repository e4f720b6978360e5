import { code, kebab, type Page, prose, table } from "../markdown.js";
import type { Declaration, Source } from "../source.js";
import { PICTURES, type Picture } from "./pictures.js";
import { startEngine } from "./probe.js";

const FOLDER = "docs/kernels";

/** A page for every quantizer and operation, its picture, and a list of them all. */
export const kernelPages = async (source: Source): Promise<readonly Page[]> => {
  await startEngine();
  const declared = source
    .everything("packages/kernels")
    .filter(({ tags, file, signature }) => tags.some(({ name }) => name === "forward") || isOperation(file, signature));
  const drawn = Object.entries(PICTURES).map(([name, picture]) => {
    const declaration = declared.find((one) => one.name === name);
    if (declaration === undefined)
      throw new Error(`docs/tools/kernels/pictures.ts draws ${name}, which packages/kernels does not declare`);
    return { declaration, picture };
  });
  for (const { name, file } of declared) {
    if (!(name in PICTURES))
      throw new Error(`${file}: ${name} has no picture; add one in docs/tools/kernels/pictures.ts`);
  }
  return [
    { path: `${FOLDER}/README.md`, text: index(drawn.map(({ declaration }) => declaration)) },
    ...drawn.flatMap(({ declaration, picture }) => [
      { path: `${FOLDER}/${kebab(declaration.name)}.md`, text: page(declaration, picture) },
      { path: `${FOLDER}/${kebab(declaration.name)}.svg`, text: picture.svg() },
    ]),
  ];
};

/** Every function that a file of ops/ exports is an operation, but for those that check shapes. */
const isOperation = (file: string, signature: string): boolean =>
  file.startsWith("packages/kernels/src/ops/") && !file.endsWith("/shapes.ts") && signature.startsWith("function ");

const page = (declaration: Declaration, { caption }: Picture): string => {
  const { name, file, summary, signature } = declaration;
  return [
    `# ${name}`,
    summary,
    "## Forward",
    section(declaration, "forward"),
    "## Backward",
    section(declaration, "backward"),
    `![${name} as a picture](${kebab(name)}.svg)`,
    caption,
    ...shapes(declaration),
    "## Edge cases",
    section(declaration, "edge"),
    "## Source",
    section(declaration, "source"),
    "## In code",
    code(signature),
    section(declaration, "example"),
    `Made by \`npm run docs\` from [${file}](../../${file}); the curves are what that code computes. The example is run as a test.`,
  ]
    .map(prose)
    .join("\n\n")
    .concat("\n");
};

/** What a docstring says under a tag. A page without it would be no page. */
const section = ({ name, file, tags }: Declaration, tag: string): string => {
  const found = tags.find((one) => one.name === tag);
  if (found === undefined) throw new Error(`${file}: the docstring of ${name} has no @${tag}`);
  return found.text;
};

const shapes = ({ tags }: Declaration): readonly string[] => {
  const named = (tag: string) => tags.filter(({ name }) => name === tag).map(({ text }) => text);
  const rows = [
    ...named("param").map((text) => {
      const [, name = "", rest = ""] = /^(\S+)\s+([\s\S]*)$/.exec(text) ?? [];
      return [`\`${name}\``, rest];
    }),
    ...named("returns").map((text) => ["gives", text]),
    ...named("throws").map((text) => ["throws", text]),
  ];
  return rows.length === 0 ? [] : ["## Shapes", table([["", ""], ...rows])];
};

const index = (declarations: readonly Declaration[]): string =>
  [
    "# Quantizers and operations",
    "What the network computes with: each by its formula forward and backward, its curve or what it reads, its edge cases and " +
      "where it comes from. The pages are made by `npm run docs` from the docstrings in " +
      "[packages/kernels/src](../../packages/kernels/README.md), and the pictures by running that code; nothing here is edited " +
      "by hand. Images are [batch, height, width, channels], in 32-bit floats. How they make a network: " +
      "[the algorithm](../paper.md).",
    table([
      ["name", "what it is", "forward"],
      ...declarations.map((declaration) => {
        const { name, summary } = declaration;
        const [first = ""] = summary.split(/(?<=\.)\s/);
        const [plain = ""] = section(declaration, "forward").split("$$");
        return [`[${name}](${kebab(name)}.md)`, prose(first), plain.trim()];
      }),
    ]),
  ]
    .join("\n\n")
    .concat("\n");
