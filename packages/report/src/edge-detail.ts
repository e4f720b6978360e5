import type { Cell, EdgeLedger, OperationLedger } from "@bnas/search";
import { capital, percent, precisePercent } from "./figures.js";
import { edgeAnchor } from "./heat-map.js";
import { escapeText } from "./markup.js";
import { edgeMarkup } from "./node-markup.js";

/** Why an edge lost an operation: one line that opens to the numbers of all its candidates. */
export const edgeDetail = (cell: Cell, round: number, row: EdgeLedger): string => {
  // Where a strategy compares by one number, it is not shown twice.
  const measures = row.measure === "likelihood" ? ["Score", "Likelihood"] : [capital(row.measure)];
  const head = ["Operation", "Alpha", "Sampled", "Mean accuracy", ...measures].map(
    (name, column) => `<th scope="col"${column > 0 ? ` class="number"` : ""}>${name}</th>`,
  );
  return [
    `<details class="edge"><summary><span class="name">${edgeMarkup(row, cell)}</span> <span class="op">${row.abandoned}</span>`,
    `<span class="soft">${escapeText(row.reason)}</span></summary>`,
    ...(row.sure === undefined || row.sureBy === "estimate"
      ? []
      : [`<p class="soft">It would go again in ${percent(row.sure)} of resamples.</p>`]),
    `<div class="scroll" id="${edgeAnchor(round, row)}"><table class="plain"><thead><tr>${head.join("")}</tr></thead><tbody>`,
    ...row.operations.map((line) => operationRow(row, line)),
    "</tbody></table></div></details>",
  ].join("\n");
};

const operationRow = ({ abandoned, measure }: EdgeLedger, line: OperationLedger): string => {
  const goes = line.operation === abandoned;
  const figures = [
    line.alpha.toFixed(6),
    line.accuracy === undefined ? "no" : "yes",
    line.accuracy === undefined ? "\u2013" : precisePercent(line.accuracy),
    ...(measure === "likelihood" ? [line.score.toFixed(6)] : []),
    line.likelihood.toFixed(6),
  ];
  const name = `<span class="op">${line.operation}</span>${goes ? " (abandoned)" : ""}`;
  return `<tr${goes ? ` class="gone"` : ""}><th scope="row">${name}</th>${figures.map((text) => `<td class="number">${text}</td>`).join("")}</tr>`;
};
