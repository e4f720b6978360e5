// npm run docs: writes the pages that are made from the source, and removes those that are made of nothing any more.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { leftovers, madePages } from "./made.js";
import { root } from "./source.js";

const pages = await madePages();
for (const path of leftovers(new Set(pages.map(({ path }) => path)))) rmSync(join(root, path));
for (const { path, text } of pages) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
console.log(`${pages.length} files of docs made`);
