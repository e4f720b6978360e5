/** Letters of a word that are compared: more say nothing, and a word of megabytes would take minutes. */
const MOST_LETTERS = 200;

/**
 * The known word that the fewest edits separate from `word` (Levenshtein); of equals, the first. `known` is not empty.
 * @example
 * ```ts
 * import { nearest } from "@bnas/errors";
 *
 * nearest("cels", ["cells", "channels"]); // => "cells"
 * ```
 */
export const nearest = (word: string, known: readonly string[]): string => {
  const letters = word.slice(0, MOST_LETTERS).toLowerCase();
  const ranked = known.map((candidate) => ({ candidate, edits: distance(letters, candidate.toLowerCase()) }));
  return ranked.reduce((best, next) => (next.edits < best.edits ? next : best)).candidate;
};

/** Fewest insertions, deletions and replacements that turn one word into the other, one row of the table at a time. */
const distance = (from: string, to: string): number => {
  const row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    let diagonal = line;
    row[0] = line + 1;
    for (const [column, other] of [...to].entries()) {
      const above = row[column + 1] ?? 0;
      const left = row[column] ?? 0;
      row[column + 1] = Math.min(above + 1, left + 1, diagonal + (letter === other ? 0 : 1));
      diagonal = above;
    }
  }
  return row[to.length] ?? 0;
};
