import { invalidInput } from "@bnas/errors";
import { concatOf, type DartsGenotype, type Genotype, genotypeKinds, type Link, linksOf } from "./genotype.js";
import { checkGenotype } from "./genotype-check.js";
import { genotypeCalls } from "./python-file.js";
import { readPython } from "./python-literal.js";

/**
 * The line that the code of DARTS and PC-DARTS reads: `Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), ...)`.
 * @example
 * ```ts
 * import { darts, parseGenotype, printGenotype, randomGenotype } from "@bnas/search";
 *
 * const genotype = randomGenotype(darts, 1);
 * parseGenotype(printGenotype(genotype)); // => genotype
 * ```
 */
export const printGenotype = (genotype: Genotype): string => {
  const cells = genotypeKinds(genotype).map((kind) => {
    const concat = nodesInPython(concatOf(genotype, kind));
    return `${kind}=${linksInPython(linksOf(genotype, kind))}, ${kind}_concat=${concat}`;
  });
  return `Genotype(${cells.join(", ")})`;
};

/** The same as JSON with the keys of DARTS, a key a line. */
export const printGenotypeJson = (genotype: Genotype): string => {
  const lines = genotypeKinds(genotype).flatMap((kind): [string, unknown][] => [
    [kind, linksOf(genotype, kind)],
    [`${kind}_concat`, concatOf(genotype, kind)],
  ]);
  return `{\n${lines.map(([key, value]) => `  "${key}": ${JSON.stringify(value)}`).join(",\n")}\n}\n`;
};

/** A genotype of a text: what it is called there, else its number from 1, and a function that reads it. */
export type NamedGenotype = {
  readonly name: string;
  /** @throws InvalidInput that names the place */
  readonly read: () => DartsGenotype;
};

/** Characters of a text. The longest genotypes.py that was found has 60,000. */
const MOST_CHARACTERS = 1_000_000;

/**
 * The genotypes of a text: JSON with the keys of DARTS, a `Genotype(...)` line with a name before it or not, or a whole genotypes.py.
 * None is read before its `read` is called, so one that cannot be read leaves the others as they are.
 * @param where how the caller calls the text: a path, or `genotype`
 * @throws InvalidInput when there is none
 * @example
 * ```ts
 * import { darts, genotypesIn, printGenotype, randomGenotype } from "@bnas/search";
 *
 * const genotype = randomGenotype(darts, 1);
 * const [first] = genotypesIn(`FIRST = ${printGenotype(genotype)}  # epoch 49\nSECOND = FIRST`);
 * first?.name; // => "FIRST"
 * first?.read(); // => genotype
 * ```
 */
export const genotypesIn = (text: string, where = "genotype"): readonly NamedGenotype[] => {
  if (text.length > MOST_CHARACTERS) {
    const hint = "Copy the Genotype(...) line into a file of its own.";
    throw invalidInput(where, `${text.length} characters`, `a text of at most ${MOST_CHARACTERS} characters`, hint);
  }
  if (text.trimStart().startsWith("{") && !text.includes("Genotype(")) {
    return [{ name: "1", read: () => checkGenotype(readJson(text, where), where) }];
  }
  const calls = genotypeCalls(text);
  // Says at which character a genotype was expected.
  if (calls.length === 0) readPython(text, where);
  return calls.map(({ name, place }, index) => ({
    name: name ?? String(index + 1),
    read: () => checkGenotype(readPython(text, where, place), where),
  }));
};

/**
 * The genotype of a text that has one: see `genotypesIn`.
 * @param where how the caller calls the text: a path, or `genotype`
 * @throws InvalidInput that names the place, or all of several
 */
export const parseGenotype = (text: string, where = "genotype"): DartsGenotype => {
  const [only, ...others] = genotypesIn(text, where);
  if (only !== undefined && others.length === 0) return only.read();
  const names = [only, ...others].map((one) => one?.name).join(", ");
  throw invalidInput(where, names, "a text with one genotype", `This one has ${others.length + 1}: choose one.`);
};

const readJson = (text: string, where: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidInput(
      where,
      text,
      "JSON or a Genotype(...) line",
      error instanceof Error ? `${error.message}.` : "It cannot be read.",
    );
  }
};

const linksInPython = (links: readonly Link[]): string =>
  `[${links.map(([name, input]) => `('${name}', ${input})`).join(", ")}]`;

const nodesInPython = (nodes: readonly number[]): string => {
  const [begin = 0] = nodes;
  const consecutive = nodes.every((node, place) => node === begin + place);
  return consecutive ? `range(${begin}, ${begin + nodes.length})` : `[${nodes.join(", ")}]`;
};
