import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { apiPages } from "./api/api-pages.js";
import { kernelPages } from "./kernels/kernel-pages.js";
import { limitsPage } from "./limits-page.js";
import type { Page } from "./markdown.js";
import { settingsPage } from "./settings/settings-page.js";
import { root, Source } from "./source.js";

/** The folders that contain generated files and nothing else. */
const FOLDERS = ["docs/kernels", "docs/api"];

/** Every file of docs that is made from the source. */
export const madePages = async (): Promise<readonly Page[]> => {
  using source = new Source();
  return [...(await kernelPages(source)), ...apiPages(source), limitsPage(), settingsPage()];
};

/** What `npm run docs` would change, as sentences; none if the committed pages are current. */
export const outdated = (pages: readonly Page[]): readonly string[] => {
  const made = new Set(pages.map(({ path }) => path));
  return [
    ...pages.flatMap(({ path, text }) => {
      if (!existsSync(join(root, path))) return [`${path} is missing`];
      return readFileSync(join(root, path), "utf8") === text ? [] : [`${path} is not what the source makes`];
    }),
    ...leftovers(made).map((path) => `${path} is made of nothing any more`),
  ];
};

/** Files that the source once made. */
export const leftovers = (made: ReadonlySet<string>): readonly string[] =>
  FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((path) => !made.has(path));
