import { LARGEST_FILE, readInputText } from "@bnas/disk";
import { invalidInput, nearest } from "@bnas/errors";
import {
  type Genotype,
  genotypeInSpace,
  genotypesIn,
  type NamedGenotype,
  PUBLISHED,
  parseSpaceOfSpec,
  type Space,
  spaceOf,
} from "@bnas/search";
import { z } from "zod";

/** Shows the text itself from the path of a file: no path has `Genotype(` in it. */
const TEXT = /Genotype\s*\(|^\s*\{/;

/**
 * A genotype from a file (JSON as DARTS spells it, a `Genotype(...)` line or a genotypes.py), from such a text, or `published`.
 * @param space the space that the caller knows it to be of, where that is not DARTS'
 */
export const readGenotype = async (source: string, name: string | undefined, space?: Space): Promise<ReadGenotype> => {
  if (space !== undefined && source.trimStart().startsWith("{")) return readJson(source, space);
  if (source === "published" && name === undefined) return { genotype: PUBLISHED };
  if (TEXT.test(source)) return { genotype: choose(genotypesIn(source), name).read() };
  const text = await readInputText(source, {
    field: "GENOTYPE",
    allowed: "a file, a Genotype(...) text or the word published",
    hint: "check the path",
    mostBytes: LARGEST_FILE.config,
  });
  if (space !== undefined && text.trimStart().startsWith("{")) return readJson(text, space);
  return ofSearch(text) ?? { genotype: choose(genotypesIn(text), name).read() };
};

/** A genotype, and its space where that is known. */
export type ReadGenotype = { readonly genotype: Genotype; readonly space?: Space };

const readJson = (text: string, space: Space): ReadGenotype => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidInput("GENOTYPE", text, "JSON", `${(error as Error).message}: correct it.`);
  }
  return { genotype: genotypeInSpace(space, value), space };
};

/** What the genotype.json of a search holds that was in another space than that of DARTS; undefined for every other text. */
const ofSearch = (text: string): ReadGenotype | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { space = "darts" } = MADE.safeParse(value).data?.meta.spec ?? {};
  if (space === "darts") return undefined;
  const found = spaceOf({ space: parseSpaceOfSpec(space, ["genotype", "meta", "spec", "space"]) });
  return { genotype: genotypeInSpace(found, value), space: found };
};

/** Of the meta object that bnas writes into a genotype.json. */
const MADE = z.object({ meta: z.object({ spec: z.object({ space: z.unknown() }) }) });

/** Names that an error lists. */
const MOST_NAMES = 60;

/** The genotype that `--name` chooses; without it the only one. */
const choose = (found: readonly NamedGenotype[], wanted: string | undefined): NamedGenotype => {
  const names = found.map(({ name }) => name);
  const [only, ...others] = found;
  if (wanted === undefined && only !== undefined && others.length === 0) return only;
  const chosen = found.find(({ name }) => name === wanted);
  if (chosen !== undefined) return chosen;
  const hint =
    wanted === undefined
      ? `There are ${found.length} genotypes: choose one by --name ${names[0]}.`
      : `Did you mean ${nearest(wanted, names)}?`;
  const listed =
    names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), `${names.length - MOST_NAMES} more`] : names;
  throw invalidInput("--name", wanted ?? "nothing", listed.join(", "), hint);
};
