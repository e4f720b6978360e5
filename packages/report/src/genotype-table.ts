import { type Cell, type Genotype, linksOf, linkTargets, type Space, spaceOfGenotype } from "@bnas/search";
import { cellTitle } from "./heat-map.js";
import { nodeName } from "./node-name.js";

const WIDTHS = [6, 7, 12] as const;
const BETWEEN = "    ";

/** All cells as plain text for a terminal, two side by side in less than 80 columns: node, input and operation of every link. */
export const genotypeTable = (genotype: Genotype, { cells }: Space = spaceOfGenotype(genotype)): string => {
  const columns = cells.map((cell) => column(cellTitle(cell.kind).toLowerCase(), genotype, cell));
  const rows = Array.from({ length: Math.max(...columns.map(({ length }) => length)) }, (_, at) =>
    columns
      .map((lines) => lines[at] ?? line("", "", ""))
      .join(BETWEEN)
      .trimEnd(),
  );
  return `${rows.join("\n")}\n`;
};

const column = (title: string, genotype: Genotype, cell: Cell): string[] => {
  const targets = linkTargets(cell);
  const links = linksOf(genotype, cell.kind).map(([operation, input], index) => {
    const node = targets[index] ?? cell.inputs;
    const name = targets[index - 1] === node ? "" : nodeName(node, cell.inputs);
    return line(name, nodeName(input, cell.inputs), operation);
  });
  const rule = line("-".repeat(WIDTHS[0]), "-".repeat(WIDTHS[1]), "-".repeat(WIDTHS[2]));
  return [line(title, "", ""), line("node", "input", "operation"), rule, ...links];
};

/** A title may run over into the next column, so long as that one is empty. */
const line = (node: string, input: string, operation: string): string => {
  const total = WIDTHS.reduce((sum, width) => sum + width, 0) + 2 * (WIDTHS.length - 1);
  const start = input === "" ? node : `${node.padEnd(WIDTHS[0])}  ${input.padEnd(WIDTHS[1])}  ${operation}`;
  return start.padEnd(total);
};
