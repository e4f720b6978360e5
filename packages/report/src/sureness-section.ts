import {
  type Cell,
  type EdgeSureness,
  type RoundLedger,
  type Space,
  type Sureness,
  surenessSentence,
} from "@bnas/search";
import { percent } from "./figures.js";
import { cellTitle } from "./heat-map.js";
import { escapeText } from "./markup.js";
import { edgeMarkup } from "./node-markup.js";

/** How sure the search is of the operation on each edge, beside what chance alone gives. */
export const surenessSection = (
  { cells }: Space,
  sureness: Sureness | undefined,
  rounds: readonly RoundLedger[],
): string => {
  if (sureness === undefined) return "";
  const meaning = sureness.by === "counterfactual" && rounds.length === 0 ? OF_SAMPLES : MEANING[sureness.by];
  return [
    `<h2 id="sureness">How sure each edge is</h2>`,
    `<p>${escapeText(surenessSentence(sureness))}</p>`,
    `<p>${meaning}</p>`,
    `<div class="pair">${cells.map((cell) => edgeTable(cell, sureness)).join("\n")}</div>`,
  ].join("\n");
};

const OF_SAMPLES =
  "Sure: how often the best sample would have the same operation if the samples answered again, with the noise of counting their answers.\nBy chance: the same if the samples exchanged their accuracies. That training the same sample again gives another accuracy is not counted here.";

const MEANING: Readonly<Record<Sureness["by"], string>> = {
  counterfactual:
    "Sure: how often the same operation would be left if the samples answered again, with the noise of counting their answers. By\nchance: the same if the samples of each round exchanged their accuracies. An edge whose two figures are near to each other\nholds no evidence. That training the same sample again gives another accuracy is not counted here.",
  estimate:
    "Sure: how probable it is, by the estimate of all samples, that what is left is the best operation of its edge, with the other edges\nas they are. That training the same sample again gives another accuracy is counted: it is noise of the estimate.",
};

const edgeTable = (cell: Cell, { by, edges }: Sureness): string => {
  const head = ["Left", "Sure", "", ...(by === "estimate" ? [] : ["By chance"])].map(
    (name) => `<th scope="col"${name === "Sure" || name === "By chance" ? ` class="number"` : ""}>${name}</th>`,
  );
  const rows = cell.edges.map((edge, index) => {
    const own = edges.find((one) => one.cell === cell.kind && one.edge === index);
    return own === undefined ? "" : edgeRow(edgeMarkup(edge, cell), own, by);
  });
  return [
    `<div class="scroll"><table class="plain"><caption class="soft">${cellTitle(cell.kind)}</caption>`,
    `<thead><tr><th scope="col">Edge</th>${head.join("")}</tr></thead><tbody>`,
    ...rows,
    "</tbody></table></div>",
  ].join("\n");
};

const edgeRow = (name: string, { left, sure, byChance, byOrder }: EdgeSureness, by: Sureness["by"]): string => {
  const cells = [
    `<td><span class="op">${left}</span>${byOrder ? " (tie)" : ""}</td>`,
    `<td class="number">${percent(sure)}</td>`,
    `<td><span class="bar"><span style="width:${(100 * sure).toFixed(1)}%"></span></span></td>`,
    ...(by === "estimate" ? [] : [`<td class="number">${byChance === undefined ? "\u2013" : percent(byChance)}</td>`]),
  ];
  return `<tr><th scope="row">${name}</th>${cells.join("")}</tr>`;
};
