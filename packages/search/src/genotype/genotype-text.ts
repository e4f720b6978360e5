import { invalidInput } from "@bnas/errors";
import type { Genotype, Link } from "./genotype.js";
import { checkGenotype } from "./genotype-check.js";
import { readPython } from "./python-literal.js";

/**
 * The line that the code of DARTS and PC-DARTS reads: `Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), ...)`.
 * @example
 * ```ts
 * import { parseGenotype, printGenotype, randomGenotype } from "@bnas/search";
 *
 * const genotype = randomGenotype(1);
 * parseGenotype(printGenotype(genotype)); // => genotype
 * ```
 */
export const printGenotype = (genotype: Genotype): string =>
  `Genotype(normal=${linksInPython(genotype.normal)}, normal_concat=${nodesInPython(genotype.normal_concat)}, ` +
  `reduce=${linksInPython(genotype.reduce)}, reduce_concat=${nodesInPython(genotype.reduce_concat)})`;

/** The same as JSON with the keys of DARTS, a key a line. */
export const printGenotypeJson = ({ normal, normal_concat, reduce, reduce_concat }: Genotype): string => {
  const lines = Object.entries({ normal, normal_concat, reduce, reduce_concat });
  return `{\n${lines.map(([key, value]) => `  "${key}": ${JSON.stringify(value)}`).join(",\n")}\n}\n`;
};

/**
 * A genotype from its JSON or from its `Genotype(...)` line, with a name before it or not, in any white space and quotes.
 * @param where how the caller calls the text: a path, or `genotype`
 * @throws InvalidInput that names the place
 */
export const parseGenotype = (text: string, where = "genotype"): Genotype =>
  checkGenotype(text.trimStart().startsWith("{") ? readJson(text, where) : readPython(text, where), where);

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
