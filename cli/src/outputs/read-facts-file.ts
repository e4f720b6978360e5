import { LARGEST_FILE, readInputText } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";
import { type FactsLine, parseFactsFile } from "@bnas/log";
import { type Replayed, replay, searchIdOf } from "@bnas/search";
import { type CheckedProof, checkProof } from "@bnas/searches";

/** A search of a file of facts, replayed, and whether its facts are those that they name. */
export type FileSearch = Replayed & { readonly id: string; readonly proof: CheckedProof };

/**
 * The searches of a `facts.jsonl`, each replayed, and whether its last line is cut off.
 * It rejects with InvalidInput when the file cannot be read or has no fact, with DAMAGED when a line is damaged.
 */
export const readFactsFile = async (
  path: string,
): Promise<{
  readonly searches: readonly FileSearch[];
  readonly tornTail: boolean;
  readonly lines: readonly FactsLine[];
}> => {
  const text = await readFactsText(path);
  const { facts, tornTail, lines } = parseFactsFile(text, path);
  const ids = new Set(facts.map(({ subject }) => searchIdOf(subject)));
  if (ids.size === 0) {
    throw invalidInput(
      "FACTS",
      path,
      "a file with at least one whole fact",
      "check that it is the facts.jsonl of a search",
    );
  }
  const searches = [...ids].map((id) => {
    const own = facts.filter(({ subject }) => searchIdOf(subject) === id).map(({ fact }) => fact);
    const proof = checkProof(lines.filter(({ stored }) => searchIdOf(stored.subject) === id));
    return { id, ...replay(id, own), proof };
  });
  return { searches, tornTail, lines };
};

/** The text of a file of facts, whose reader finds the line of a byte that was changed. */
export const readFactsText = (path: string, field = "FACTS"): Promise<string> =>
  readInputText(path, {
    field,
    allowed: "a readable file of facts",
    hint: "`bnas search` leaves it as facts.jsonl in its --out folder, and `bnas facts ID --out FILE` writes one",
    mostBytes: LARGEST_FILE.facts,
    keepsDamage: true,
  });

/** What of a record does not follow from the facts before it, a line each. */
export const disagreementLines = (path: string, { disagreements }: FileSearch): readonly string[] =>
  disagreements.map(
    ({ path: field, left, right }) =>
      `${path}: ${field} was recorded as ${JSON.stringify(left)}, but the facts before it give ${JSON.stringify(right)}`,
  );
