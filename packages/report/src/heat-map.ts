import type {
  Cell,
  CellKind,
  Edge,
  EdgeLedger,
  Measure,
  Operation,
  OperationLedger,
  RoundLedger,
  Space,
} from "@bnas/search";
import { mean } from "./figures.js";
import { escapeText } from "./markup.js";
import { edgeMarkup } from "./node-markup.js";

/** Round in which each operation went, for each edge of a cell. */
export type Fates = readonly ReadonlyMap<Operation, number>[];

export const cellTitle = (kind: CellKind): string => TITLES.get(kind) ?? `Cell ${kind}`;

/** As papers call the cells of DARTS, and the one of a space that has no other. */
const TITLES: ReadonlyMap<CellKind, string> = new Map([
  ["normal", "Normal cell"],
  ["reduce", "Reduction cell"],
  ["cell", "Cell"],
]);

/** The element that holds the numbers of an edge in a round. */
export const edgeAnchor = (round: number, { cell, edge }: Pick<EdgeLedger, "cell" | "edge">): string =>
  `r${round}-${cell}-${edge}`;

/** What decided about one cell in one round: edges as rows, operations as columns. */
export const heatMap = ({ operations }: Space, { round, edges }: RoundLedger, cell: Cell, fates: Fates): string => {
  const rows = edges.filter((edge) => edge.cell === cell.kind);
  const reach = Math.max(0, ...rows.flatMap((row) => row.operations.map((line) => Math.abs(deviation(row, line)))));
  const body = rows.map((row, index) => {
    const cells = operations.map((operation) => {
      const line = row.operations.find((candidate) => candidate.operation === operation);
      if (line !== undefined) return candidateCell(row, line, reach);
      const gone = fates[row.edge]?.get(operation);
      if (gone === undefined) return "<td></td>";
      return `<td class="past" title="${operation}: abandoned in round ${gone}">\u00d7</td>`;
    });
    const name = `<a href="#${edgeAnchor(round, row)}">${edgeMarkup(row, cell)}</a>`;
    return `<tr${opensNode(row, rows[index - 1]) ? ` class="node"` : ""}><th scope="row">${name}</th>${cells.join("")}</tr>`;
  });
  return `<div class="scroll"><table class="map">${mapHead(cellTitle(cell.kind), operations)}<tbody>${body.join("\n")}</tbody></table></div>`;
};

/** Caption and column heads, which every map of operations shares. */
export const mapHead = (caption: string, operations: readonly Operation[]): string =>
  `<caption>${caption}</caption><colgroup><col class="edge"><col span="${operations.length}"></colgroup><thead><tr><th></th>` +
  `${operations.map((operation) => `<th scope="col"><span class="op">${operation}</span></th>`).join("")}</tr></thead>`;

/** A gap above the first edge of each node. */
export const opensNode = (row: Pick<Edge, "to">, before: Pick<Edge, "to"> | undefined): boolean =>
  before !== undefined && before.to !== row.to;

const candidateCell = (row: EdgeLedger, line: OperationLedger, reach: number): string => {
  const goes = line.operation === row.abandoned;
  const sampled = line.accuracy !== undefined;
  const level = reach === 0 ? 0 : Math.round((deviation(row, line) / reach) * 4);
  const classes = [
    ...(level === 0 ? [] : [`${level > 0 ? "p" : "n"}${Math.abs(level)}`]),
    ...(sampled ? ["sampled"] : []),
    ...(goes ? ["goes"] : []),
  ];
  const state = `${line.operation}: ${row.measure} ${line.likelihood.toFixed(6)}, ${sampled ? "sampled" : "not sampled"}`;
  const title = goes ? `${state}. Abandoned: ${row.reason}` : state;
  const named = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
  return `<td${named} title="${escapeText(title)}">${line.likelihood.toFixed(4)}</td>`;
};

const deviation = (row: EdgeLedger, line: OperationLedger): number =>
  line.likelihood - mean(row.operations.map(({ likelihood }) => likelihood));

/** What the colours and signs of a heat map mean. */
export const heatLegend = (measure: Measure): string => `<ul class="legend">
<li><table class="map"><tr><td class="n4"></td><td class="n2"></td><td></td><td class="p2"></td><td class="p4"></td></tr></table>${measure} below to above the mean of its edge, on one scale for the cell and round</li>
<li><table class="map"><tr><td class="sampled"></td></tr></table>sampled this round</li>
<li><table class="map"><tr><td class="goes"></td></tr></table>goes this round</li>
<li><table class="map"><tr><td class="past">\u00d7</td></tr></table>gone before</li>
</ul>`;
