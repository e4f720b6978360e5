import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, type ExitCode, invalidInput, nearest } from "@bnas/errors";
import { buildDerived, type Cost, loadOperations } from "@bnas/network";
import { cellSvg, genotypeTable } from "@bnas/report";
import {
  type Genotype,
  genotypeInSpace,
  genotypesIn,
  kindsOf,
  type NamedGenotype,
  PUBLISHED,
  parseSpaceOfSpec,
  printAnswer,
  type Space,
  spaceOf,
  spaceOfGenotype,
} from "@bnas/search";
import { z } from "zod";
import { pictureOf } from "../../outputs/genotype-files.js";
import { writeWhole } from "../../outputs/output-folder.js";
import { CIFAR, PAPER_NETWORK } from "../../spec/derived-flags.js";
import type { Terminal } from "../../terminal/terminal.js";

/** `bnas show GENOTYPE`: a genotype as a table, as the line that DARTS reads, and on request as pictures. */
export const showCommand = async (
  source: string,
  flags: { readonly name?: string; readonly svg?: string; readonly operations?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> => {
  if (flags.operations !== undefined) await loadOperations(flags.operations);
  const { genotype, space = spaceOfGenotype(genotype) } = await readGenotype(source, flags.name);
  const { cost } = buildDerived(genotype, { ...PAPER, space }, CIFAR);
  if (flags.json) {
    terminal.out(JSON.stringify({ ...genotype, derived: { ...PAPER, ...cost } }));
  } else {
    terminal.out(genotypeTable(genotype, space));
    for (const text of printAnswer(space, genotype)) terminal.out(text);
    terminal.out(sizeLine(cost));
  }
  if (flags.svg !== undefined) {
    for (const kind of kindsOf(space)) {
      const path = join(flags.svg, pictureOf(kind));
      await writeWhole(path, cellSvg(genotype, kind, space)).catch((error: NodeJS.ErrnoException) => {
        throw invalidInput("--svg", flags.svg, "a folder that can be written", `${error.code}: name another folder`);
      });
      terminal.note(`drew ${path}`);
    }
  }
  return EXIT.done;
};

/** The derived network of the paper for CIFAR-10, without the auxiliary head, which is only for training. */
const PAPER = { ...PAPER_NETWORK, stem: "cifar", binarize: "weights", auxiliary: false } as const;

const sizeLine = ({ total, oneBit, bits, multiplyAdds }: Cost): string =>
  `derived network of 20 cells and 36 channels for CIFAR-10: ${total} parameters, ${oneBit} of them of 1 bit, ${(bits / 8 / 1e6).toFixed(2)} MB; ${Math.round(multiplyAdds / 1e6)} M multiply-adds an image`;

/** Shows the text itself from the path of a file: no path has `Genotype(` in it. */
const TEXT = /Genotype\s*\(|^\s*\{/;

/** A genotype from a file (JSON as DARTS spells it, a `Genotype(...)` line or a genotypes.py), from such a text, or `published`. */
const readGenotype = async (source: string, name: string | undefined): Promise<Shown> => {
  if (source === "published" && name === undefined) return { genotype: PUBLISHED };
  if (TEXT.test(source)) return { genotype: choose(genotypesIn(source), name).read() };
  const text = await readFile(source, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw invalidInput(
      "GENOTYPE",
      source,
      "a file, a Genotype(...) text or the word published",
      `${error.code}: check the path`,
    );
  });
  return ofSearch(text) ?? { genotype: choose(genotypesIn(text), name).read() };
};

/** A genotype, and its space where that is known. */
type Shown = { readonly genotype: Genotype; readonly space?: Space };

/** What the genotype.json of a search holds that was in another space than that of DARTS; undefined for every other text. */
const ofSearch = (text: string): Shown | undefined => {
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
