import { percent } from "./figures.js";
import { escapeText } from "./markup.js";

/** What a genotype costs and what the facts say for it. */
export type Priced = { readonly cost: number; readonly worth: number };

/** One metric: the best of every cost, and genotypes beside it. */
export type BudgetPanel = {
  /** Of the axis: `bits of the derived network`. */
  readonly title: string;
  /** A cost as text. */
  readonly figure: (cost: number) => string;
  /** The best genotype of every cost, the cheapest first. Not empty. */
  readonly front: readonly Priced[];
  /** What was asked: a bound on this metric, and the answer. */
  readonly asked: readonly { readonly bound: number | undefined; readonly answer: Priced }[];
  /** The search's own answer. */
  readonly own: Priced | undefined;
};

const WIDTH = 760;
const HEIGHT = 280;
const PLOT = { left: 84, right: 736, top: 46, bottom: 240 };
const LEGEND = [
  "Line: the best genotype of every cost, by what the facts say, as a share of the best of all.",
  "Dashed: a bound. Filled: the answer. Ring: the search\u2019s own answer.",
] as const;
/** Points of a front that have a dot each; more would be a thick line. */
const MOST_DOTS = 150;
const SANS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
/** The colours of the report, light and dark (report-style.ts). */
const STYLE = `.panel{fill:#f5f7fa}.grid{stroke:#d8dee7}.soft{fill:#56637a}.ink{fill:#18212d}.front{fill:none;stroke:#1f5fa8;stroke-width:2}.dot{fill:#1f5fa8}.own{fill:none;stroke:#18212d;stroke-width:1.8}.bound{stroke:#b3470b;stroke-dasharray:5 4;stroke-width:1.5}.answer{fill:#b3470b}
@media (prefers-color-scheme:dark){.panel{fill:#171e28}.grid{stroke:#2c3745}.soft{fill:#9dabbd}.ink{fill:#e5eaf1}.front{stroke:#86b9f5}.dot{fill:#86b9f5}.own{stroke:#e5eaf1}.bound{stroke:#f2a564}.answer{fill:#f2a564}}`;

/**
 * What a budget buys: for each metric the worth of the best genotype over its cost, the bounds that were asked and their answers, and
 * the search's own answer. The same panels give the same bytes. SVG, a file of its own.
 */
export const budgetSvg = (panels: readonly BudgetPanel[]): string => {
  const height = HEIGHT * panels.length + 18 * LEGEND.length + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="${SANS}" font-size="12">`,
    "<title>What a budget buys</title>",
    `<desc>${escapeText(panels.map(description).join(" "))}</desc>`,
    `<style>${STYLE}</style>`,
    ...panels.flatMap((panel, at) => [`<g transform="translate(0 ${HEIGHT * at})">`, ...drawPanel(panel), "</g>"]),
    ...LEGEND.map(
      (line, at) => `<text class="soft" x="${PLOT.left}" y="${HEIGHT * panels.length + 12 + 18 * at}">${line}</text>`,
    ),
    "</svg>",
    "",
  ].join("\n");
};

const drawPanel = ({ title, figure, front, asked, own }: BudgetPanel): string[] => {
  const all = [...front, ...asked.map(({ answer }) => answer), ...(own === undefined ? [] : [own])];
  const bounds = asked.flatMap(({ bound }) => (bound === undefined ? [] : [bound]));
  const x = scale([...all.map(({ cost }) => cost), ...bounds], PLOT.left + 16, PLOT.right - 16);
  const y = scale(
    all.map(({ worth }) => worth),
    PLOT.bottom - 14,
    PLOT.top + 14,
  );
  const most = Math.max(...front.map(({ worth }) => worth));
  const text = (share: number): string => (most > 0 ? percent(share / most) : "0 %");
  const [low, high] = [Math.min(...all.map(({ worth }) => worth)), Math.max(...all.map(({ worth }) => worth))];
  const [near, far] = [x.least, x.most];
  return [
    `<text class="ink" x="${PLOT.left}" y="22" font-size="14" font-weight="600">${escapeText(title)}</text>`,
    `<rect class="panel" x="${PLOT.left}" y="${PLOT.top}" width="${PLOT.right - PLOT.left}" height="${PLOT.bottom - PLOT.top}"/>`,
    ...steps(low, high).map(
      (worth) =>
        `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y.at(worth)}" y2="${y.at(worth)}"/>` +
        `<text class="soft" x="${PLOT.left - 8}" y="${tenth(y.at(worth) + 4)}" text-anchor="end">${text(worth)}</text>`,
    ),
    ...steps(near, far).map(
      (cost) =>
        `<text class="soft" x="${x.at(cost)}" y="${PLOT.bottom + 20}" text-anchor="middle">${escapeText(figure(cost))}</text>`,
    ),
    `<path class="front" d="${front.map(({ cost, worth }, at) => (at === 0 ? `M${x.at(cost)} ${y.at(worth)}` : `H${x.at(cost)}V${y.at(worth)}`)).join("")}"/>`,
    ...(front.length > MOST_DOTS ? [] : front).map((point) =>
      dot("dot", 2.5, point, x.at, y.at, `${figure(point.cost)}: ${text(point.worth)}`),
    ),
    ...bounds.map(
      (bound) => `<line class="bound" x1="${x.at(bound)}" x2="${x.at(bound)}" y1="${PLOT.top}" y2="${PLOT.bottom}"/>`,
    ),
    ...asked.map(({ answer }) =>
      dot("answer", 5, answer, x.at, y.at, `asked: ${figure(answer.cost)}, ${text(answer.worth)}`),
    ),
    ...(own === undefined
      ? []
      : [dot("own", 7, own, x.at, y.at, `the search's own answer: ${figure(own.cost)}, ${text(own.worth)}`)]),
  ];
};

type At = (value: number) => number;

const dot = (kind: string, radius: number, { cost, worth }: Priced, x: At, y: At, title: string): string =>
  `<circle class="${kind}" cx="${x(cost)}" cy="${y(worth)}" r="${radius}"><title>${escapeText(title)}</title></circle>`;

const scale = (values: readonly number[], from: number, to: number) => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const at: At = (value) =>
    tenth(most === least ? (from + to) / 2 : from + ((value - least) / (most - least)) * (to - from));
  return { least, most, at };
};

/** Five values from one to the other, or the one. */
const steps = (least: number, most: number): readonly number[] =>
  least === most ? [least] : [0, 1, 2, 3, 4].map((step) => least + ((most - least) * step) / 4);

const description = ({ title, figure, front, asked }: BudgetPanel): string => {
  const [first, last] = [front[0], front.at(-1)];
  const range = first && last ? `${front.length} genotypes from ${figure(first.cost)} to ${figure(last.cost)}` : "";
  return `${title}: ${range}; ${asked.map(({ answer }) => `an answer of ${figure(answer.cost)}`).join(", ")}.`;
};

const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;
