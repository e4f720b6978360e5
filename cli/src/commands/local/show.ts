import { join } from "node:path";
import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import { buildDerived, type Cost, loadOperations } from "@bnas/network";
import { cellSvg, genotypeTable, pictureOf } from "@bnas/report";
import { kindsOf, printAnswer, spaceOfGenotype } from "@bnas/search";
import { writeWhole } from "../../outputs/output-folder.js";
import { CIFAR, PAPER_NETWORK } from "../../spec/derived-flags.js";
import { readGenotype } from "../../spec/genotype-input.js";
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
