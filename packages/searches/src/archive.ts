import type { Stored } from "@bnas/log";
import { factsDamaged, factsFileText, parseFactsFile } from "@bnas/log";
import { endKindOf, endsSearch, type FactOf, replay, searchIdOf } from "@bnas/search";
import type { BlobStore } from "@bnas/store";
import { followAll, type Used, usedBy } from "./followed.js";

/**
 * Put the facts of a search that has ended into the store, as a facts.jsonl, which is then read back and replayed. Gives the fact
 * that replaces them.
 * @param facts all of them, in order
 * @throws FACTS_DAMAGED where a fact does not follow from those before it: such a search is left as it is, for people to look at
 */
export const writeArchive = async (store: BlobStore, facts: readonly Stored[]): Promise<FactOf<"search.archived">> => {
  const [first] = facts;
  const end = facts.find(({ fact }) => endsSearch(fact));
  if (first?.fact.kind !== "search.opened" || end === undefined || !endsSearch(end.fact)) {
    throw new RangeError("only the facts of a search that has ended are archived");
  }
  const blob = await store.put(Buffer.from(factsFileText(facts)));
  const archived = {
    kind: "search.archived",
    blob,
    sequences: facts.map(({ sequence }) => sequence),
    state: endKindOf(end.fact),
    seed: first.fact.spec.seed,
    created: first.time,
    ended: end.time,
    ...usedOf(facts),
  } as const;
  const kept = await readArchive(store, archived);
  const searchId = searchIdOf(first.subject);
  const [wrong] = replay(
    searchId,
    kept.map(({ fact }) => fact),
  ).disagreements;
  if (wrong !== undefined) {
    const hint = `The facts before it give ${JSON.stringify(wrong.right)}: \`bnas facts ${searchId}\` and \`bnas replay\` tell more.`;
    throw factsDamaged(
      `archive of ${searchId}: ${wrong.path}`,
      wrong.left,
      "what follows from the facts before it",
      hint,
    );
  }
  return archived;
};

/** What they say that the search has used. */
const usedOf = (facts: readonly Stored[]): Used => {
  const [first] = facts;
  const followed = first && followAll(searchIdOf(first.subject), facts);
  return followed === undefined ? {} : usedBy(followed);
};

/** The facts of an archived search, as the log had them. @throws BLOB_MISSING, BLOB_ALTERED or FACTS_DAMAGED */
export const readArchive = async (
  store: BlobStore,
  { blob, sequences }: Pick<FactOf<"search.archived">, "blob" | "sequences">,
): Promise<readonly Stored[]> => {
  const { facts } = parseFactsFile(Buffer.from(await store.get(blob)).toString("utf8"), `archive ${blob}`);
  if (facts.length === sequences.length) {
    return facts.map((stored, place) => ({ ...stored, sequence: sequences[place] ?? 0 }));
  }
  throw factsDamaged(
    `archive ${blob}`,
    `${facts.length} facts`,
    `${sequences.length}, as the \`archived\` fact says`,
    "Another program wrote that blob.",
  );
};
