import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { factsFileText } from "@bnas/log";
import { ownFolder } from "./own-folder.js";
import { recordedSearch } from "./whole-search.js";

/** Lines of the file: those of about a hundred searches. */
const LINES = 10_000;

/** A file of 10,000 facts, as a log in a file has them, and how to remove it. */
export const factsOnDisk = async (): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> => {
  const { folder, remove } = await ownFolder();
  const path = join(folder, "facts.jsonl");
  const searches = Math.ceil(LINES / recordedSearch("0").length);
  const facts = Array.from({ length: searches }, (_, id) => recordedSearch(String(id))).flat();
  await writeFile(path, factsFileText(facts.slice(0, LINES)));
  return { path, remove };
};
