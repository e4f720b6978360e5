import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import { buildDerived, type Cost } from "@bnas/network";
import { cellSvg, genotypeTable } from "@bnas/report";
import { type Genotype, PUBLISHED, parseGenotype, printGenotype } from "@bnas/search";
import { writeWhole } from "../../outputs/output-folder.js";
import type { Terminal } from "../../terminal/terminal.js";

/** `bnas show GENOTYPE`: a genotype as a table, as the line that DARTS reads, and on request as pictures. */
export const showCommand = async (
  source: string,
  flags: { readonly svg?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> => {
  const genotype = await readGenotype(source);
  const { cost } = buildDerived(genotype, PAPER.network, PAPER.input);
  if (flags.json) {
    terminal.out(JSON.stringify({ ...genotype, derived: { ...PAPER.network, ...cost } }));
  } else {
    terminal.out(genotypeTable(genotype));
    terminal.out(printGenotype(genotype));
    terminal.out(sizeLine(cost));
  }
  if (flags.svg !== undefined) {
    for (const kind of ["normal", "reduce"] as const) {
      const path = join(flags.svg, kind === "normal" ? "normal.svg" : "reduction.svg");
      await writeWhole(path, cellSvg(genotype, kind)).catch((error: NodeJS.ErrnoException) => {
        throw invalidInput("--svg", flags.svg, "a folder that can be written", `${error.code}: name another folder`);
      });
      terminal.note(`drew ${path}`);
    }
  }
  return EXIT.done;
};

/** The derived network of the paper for CIFAR-10, without the auxiliary head, which is only for training. */
const PAPER = {
  network: { cells: 20, channels: 36, stem: "cifar", binarize: "weights", auxiliary: false },
  input: { height: 32, width: 32, channels: 3, classes: 10 },
} as const;

const sizeLine = ({ total, oneBit, bits, multiplyAdds }: Cost): string =>
  `derived network of 20 cells and 36 channels for CIFAR-10: ${total} parameters, ${oneBit} of them of 1 bit, ${(bits / 8 / 1e6).toFixed(2)} MB; ${Math.round(multiplyAdds / 1e6)} M multiply-adds an image`;

/** A genotype from a file (JSON as DARTS spells it, or a `Genotype(...)` line), from the line itself, or `published`. */
const readGenotype = async (source: string): Promise<Genotype> => {
  if (source === "published") return PUBLISHED;
  if (/^\s*(Genotype\(|\{)/.test(source)) return parseGenotype(source);
  const text = await readFile(source, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw invalidInput(
      "GENOTYPE",
      source,
      "a file, a Genotype(...) line or the word published",
      `${error.code}: check the path`,
    );
  });
  return parseGenotype(text);
};
