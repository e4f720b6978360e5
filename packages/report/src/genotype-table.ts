import type { CellKind, Genotype } from "@bnas/search";
import { nodeName } from "./node-name.js";

const WIDTHS = [6, 7, 12] as const;
const BETWEEN = "    ";

/** Both cells as plain text for a terminal, side by side in less than 80 columns: node, input and operation of every link. */
export const genotypeTable = (genotype: Genotype): string => {
  const normal = column("normal cell", genotype, "normal");
  const reduce = column("reduction cell", genotype, "reduce");
  const rows = Array.from({ length: Math.max(normal.length, reduce.length) }, (_, at) =>
    `${normal[at] ?? line("", "", "")}${BETWEEN}${reduce[at] ?? ""}`.trimEnd(),
  );
  return `${rows.join("\n")}\n`;
};

const column = (title: string, genotype: Genotype, kind: CellKind): string[] => {
  const links = genotype[kind].map(([operation, input], index) =>
    line(index % 2 === 0 ? nodeName((index >> 1) + 2) : "", nodeName(input), operation),
  );
  const rule = line("-".repeat(WIDTHS[0]), "-".repeat(WIDTHS[1]), "-".repeat(WIDTHS[2]));
  return [line(title, "", ""), line("node", "input", "operation"), rule, ...links];
};

/** A title may run over into the next column, so long as that one is empty. */
const line = (node: string, input: string, operation: string): string => {
  const total = WIDTHS.reduce((sum, width) => sum + width, 0) + 2 * (WIDTHS.length - 1);
  const start = input === "" ? node : `${node.padEnd(WIDTHS[0])}  ${input.padEnd(WIDTHS[1])}  ${operation}`;
  return start.padEnd(total);
};
