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

/** How sure the search is of what is left on each edge, beside what chance alone gives. */
export const surenessSection = (
  { cells }: Space,
  sureness: Sureness | undefined,
  [first]: readonly RoundLedger[],
): string => {
  if (sureness === undefined || first === undefined) return "";
  return [
    `<h2 id="sureness">How sure each edge is</h2>`,
    `<p>${escapeText(surenessSentence(sureness))}</p>`,
    "<p>Sure: how often the same operation would be left if the samples answered again, with the noise of counting their answers. By",
    "chance: the same if the samples of each round exchanged their accuracies. An edge whose two figures are near to each other",
    "holds no evidence. That training the same sample again gives another accuracy is not counted here.</p>",
    `<div class="pair">${cells.map((cell) => edgeTable(cell, sureness, first)).join("\n")}</div>`,
  ].join("\n");
};

const edgeTable = (cell: Cell, { edges }: Sureness, first: RoundLedger): string => {
  const head = ["Left", "Sure", "", "By chance"].map(
    (name) => `<th scope="col"${name === "Sure" || name === "By chance" ? ` class="number"` : ""}>${name}</th>`,
  );
  const rows = first.edges
    .filter((place) => place.cell === cell.kind)
    .map((place) => ({ place, own: edges.find((one) => one.cell === place.cell && one.edge === place.edge) }))
    .map(({ place, own }) => (own === undefined ? "" : edgeRow(edgeMarkup(place, cell), own)));
  return [
    `<div class="scroll"><table class="plain"><caption class="soft">${cellTitle(cell.kind)}</caption>`,
    `<thead><tr><th scope="col">Edge</th>${head.join("")}</tr></thead><tbody>`,
    ...rows,
    "</tbody></table></div>",
  ].join("\n");
};

const edgeRow = (name: string, { left, sure, byChance, byOrder }: EdgeSureness): string => {
  const cells = [
    `<td><span class="op">${left}</span>${byOrder ? " (tie)" : ""}</td>`,
    `<td class="number">${percent(sure)}</td>`,
    `<td><span class="bar"><span style="width:${(100 * sure).toFixed(1)}%"></span></span></td>`,
    `<td class="number">${byChance === undefined ? "\u2013" : percent(byChance)}</td>`,
  ];
  return `<tr><th scope="row">${name}</th>${cells.join("")}</tr>`;
};
