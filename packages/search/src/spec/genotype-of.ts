import type { Path } from "@bnas/errors";
import { type Genotype, PUBLISHED } from "../genotype/genotype.js";
import { parseGenotype } from "../genotype/genotype-text.js";
import { genotypeInSpace } from "../genotype/space-genotype.js";
import { isObject } from "../is-object.js";
import type { Space } from "../space/space.js";

/**
 * What a spec says of its genotype, from a value of any origin: an object with the keys of DARTS, a text in a form of docs/genotypes.md,
 * or `published` for that of the authors. Null and an empty text: none.
 * @throws InvalidInput for what is no genotype of the space
 */
export const parseGenotypeOfSpec = (value: unknown, space: Space, where: Path): Genotype | null => {
  if (value === null || value === "") return null;
  if (value === "published") return genotypeInSpace(space, PUBLISHED, where);
  if (typeof value !== "string") return genotypeInSpace(space, value, where);
  const read = value.trimStart().startsWith("{") ? jsonOf(value) : undefined;
  return genotypeInSpace(space, isObject(read) ? read : parseGenotype(value, where.join(".")), where);
};

/** Undefined for what is no JSON: then it is read as DARTS' Python, whose reader says what is wrong with it. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
