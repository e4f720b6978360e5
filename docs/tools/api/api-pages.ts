import { readFileSync } from "node:fs";
import { join } from "node:path";
import { code, type Page, prose, table } from "../markdown.js";
import { type Declaration, type Door, packageFolders, root, type Source } from "../source.js";

const FOLDER = "docs/api";

type Package = {
  readonly name: string;
  readonly description: string;
  readonly folder: string;
  readonly doors: readonly Door[];
};

/** A page for every package that exports something, and a list of them. */
export const apiPages = (source: Source): readonly Page[] => {
  const packages = packageFolders().flatMap((folder): Package[] => {
    const { name, description } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const doors = source.doors(folder).filter(({ declarations }) => declarations.length > 0);
    return doors.length === 0 ? [] : [{ name, description, folder, doors }];
  });
  return [
    { path: `${FOLDER}/README.md`, text: index(packages) },
    ...packages.map((one) => ({ path: `${FOLDER}/${fileOf(one)}`, text: page(one) })),
  ];
};

const fileOf = ({ name }: Package): string => `${name.replace(/^@bnas\//, "")}.md`;

const index = (packages: readonly Package[]): string =>
  [
    "# API",
    "What each package exports, with the docstrings. Made by `npm run docs` from the source; nothing here is edited by hand.",
    table([
      ["package", "what it is", "exports"],
      ...packages.map((one) => {
        const exported = one.doors.reduce((sum, { declarations }) => sum + declarations.length, 0);
        return [`[${one.name}](${fileOf(one)})`, one.description, String(exported)];
      }),
    ]),
  ]
    .join("\n\n")
    .concat("\n");

const page = ({ name, description, folder, doors }: Package): string =>
  [
    `# ${name}`,
    `${description}. How it is made: [${folder}](../../${folder}).`,
    ...doors.flatMap((door) => [
      `## \`${door.name === "." ? name : name + door.name.slice(1)}\``,
      ...door.declarations.flatMap(entry),
    ]),
  ]
    .join("\n\n")
    .concat("\n");

const entry = ({ name, file, signature, summary, tags }: Declaration): readonly string[] =>
  [
    `### ${name}`,
    code(signature),
    prose(summary),
    ...tags.filter((tag) => tag.name !== "example").map((tag) => `**${tag.name}** ${prose(tag.text)}`),
    ...tags.filter((tag) => tag.name === "example").map((tag) => tag.text),
    `[${file}](../../${file})`,
  ].filter((part) => part !== "");
