import { findingOf, refused } from "./findings.js";
import { fixFor } from "./fixes.js";
import { type FileToRead, readBeginning } from "./read-whole.js";
import { ENOUGH, PACKED, whatBytesAre } from "./what-bytes-are.js";

/** Rejects with InvalidInput on `dataset` for a file that is of another format that is known, such as an archive or a page of HTML. */
export const refuseOtherFormat = async (file: FileToRead, allowed: string, mayBePacked = false): Promise<void> => {
  const beginning = await readBeginning(file, ENOUGH);
  const bytes = whatBytesAre(beginning);
  if (beginning.length === 0 || bytes.way === "other" || (mayBePacked && bytes.is === PACKED)) return;
  throw refused(file.uri, allowed, [findingOf(file.file, bytes, fixFor(file.file, bytes))]);
};
