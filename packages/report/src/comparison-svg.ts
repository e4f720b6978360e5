import type { Variant } from "@bnas/search";
import type { ComparedRun } from "./compared-run.js";
import { outcomeOf } from "./comparison-rows.js";
import { percent, precisePercent } from "./figures.js";
import { escapeText } from "./markup.js";

const WIDTH = 860;
const LEFT = 250;
const RIGHT = 770;
const TOP = 54;
const ROW = 22;
/** Between two runs. */
const GAP = 26;
const SANS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
/** The colours of the report, light and dark (report-style.ts). */
const STYLE = `.ground{fill:#fff}.grid{stroke:#d8dee7}.soft{fill:#56637a}.ink{fill:#18212d}.answer{fill:#1f5fa8;stroke:#1f5fa8}.rival{fill:#56637a;stroke:#56637a}.span{stroke-width:2;fill:none}.each{fill-opacity:.35;stroke:none}
@media (prefers-color-scheme:dark){.ground{fill:#0f141b}.grid{stroke:#2c3745}.soft{fill:#9dabbd}.ink{fill:#e5eaf1}.answer{fill:#86b9f5;stroke:#86b9f5}.rival{fill:#9dabbd;stroke:#9dabbd}}`;

const SHOWN: readonly (readonly [Variant, string])[] = [
  ["answer", "network"],
  ["random", "random"],
  ["full-precision", "full precision"],
  ["published", "published"],
];

type Line = { readonly y: number; readonly run: ComparedRun; readonly variant: Variant; readonly label: string };

/**
 * Accuracies of the trained networks of several runs: each network a dot, and for each kind its mean with the 95 % interval. The same runs
 * give the same bytes. SVG, a file of its own; undefined where no run has trained a network.
 */
export const comparisonSvg = (runs: readonly ComparedRun[]): string | undefined => {
  const lines: Line[] = [];
  const heads: { readonly y: number; readonly name: string }[] = [];
  let y = TOP;
  for (const run of runs) {
    heads.push({ y, name: run.name });
    const trained = SHOWN.filter(([variant]) => outcomeOf(run, variant) !== undefined);
    for (const [variant, label] of trained) {
      y += ROW;
      lines.push({ y, run, variant, label });
    }
    if (trained.length === 0) y += ROW;
    y += GAP;
  }
  if (lines.length === 0) return undefined;
  const ends = lines.flatMap(({ run, variant }) => {
    const outcome = outcomeOf(run, variant);
    return outcome === undefined ? [] : [outcome.interval.low, outcome.interval.high, ...outcome.accuracies];
  });
  const x = scaleOf(ends);
  const bottom = y - GAP + 10;
  const height = bottom + 60;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="${SANS}" font-size="12">`,
    "<title>Accuracy of trained networks, by run</title>",
    `<desc>${escapeText(lines.map(described).join(" "))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    `<text class="ink" x="16" y="26" font-size="14" font-weight="600">Accuracy on the test images</text>`,
    ...x.ticks.map(
      (tick) =>
        `<line class="grid" x1="${x.at(tick)}" x2="${x.at(tick)}" y1="${TOP - 10}" y2="${bottom}"/>` +
        `<text class="soft" x="${x.at(tick)}" y="${bottom + 18}" text-anchor="middle">${percent(tick)}</text>`,
    ),
    ...heads.map(
      ({ y, name }) => `<text class="ink" x="16" y="${y + 4}" font-weight="600">${escapeText(clipped(name))}</text>`,
    ),
    ...lines.map((line) => drawn(line, x.at)),
    `<text class="soft" x="16" y="${bottom + 44}">Pale: each network. Solid: the mean, with its 95 % interval (of one network, that of its answers).</text>`,
    "</svg>",
    "",
  ].join("\n");
};

/** What fits beside the plot. */
const MOST_LETTERS = 110;
const clipped = (name: string): string =>
  name.length <= MOST_LETTERS ? name : `...${name.slice(name.length - MOST_LETTERS + 3)}`;

const drawn = ({ y, run, variant, label }: Line, at: (accuracy: number) => number): string => {
  const outcome = outcomeOf(run, variant);
  if (outcome === undefined) return "";
  const { accuracies, mean, interval } = outcome;
  const kind = variant === "answer" ? "answer" : "rival";
  const [low, high] = [at(interval.low), at(interval.high)];
  return [
    `<text class="soft" x="${LEFT - 124}" y="${y + 4}">${label}${accuracies.length === 1 ? "" : ` (${accuracies.length})`}</text>`,
    ...accuracies.map((accuracy) => `<circle class="${kind} each" cx="${at(accuracy)}" cy="${y}" r="4"/>`),
    `<path class="${kind} span" d="M${low} ${y - 5}V${y + 5}M${low} ${y}H${high}M${high} ${y - 5}V${y + 5}"/>`,
    `<circle class="${kind}" cx="${at(mean)}" cy="${y}" r="4"><title>${escapeText(described({ y, run, variant, label }))}</title></circle>`,
    `<text class="ink" x="${RIGHT + 14}" y="${y + 4}">${precisePercent(mean)}</text>`,
  ].join("");
};

const described = ({ run, variant, label }: Line): string => {
  const outcome = outcomeOf(run, variant);
  if (outcome === undefined) return "";
  const { mean, interval, accuracies } = outcome;
  return `${run.name}, ${label}: ${precisePercent(mean)} (${precisePercent(interval.low)} to ${precisePercent(interval.high)}), ${accuracies.length} trained.`;
};

/** An axis around the values, with ticks at round shares. */
const scaleOf = (values: readonly number[]) => {
  const least = values.reduce((one, other) => Math.min(one, other), 1);
  const most = values.reduce((one, other) => Math.max(one, other), 0);
  const step = STEPS.find((one) => (most - least) / one <= 6) ?? 0.2;
  const from = Math.max(0, Math.floor(least / step - 0.001) * step);
  const to = Math.min(1, Math.max(from + step, Math.ceil(most / step + 0.001) * step));
  const count = Math.round((to - from) / step);
  const at = (value: number): number => Math.round(10 * (LEFT + ((value - from) / (to - from)) * (RIGHT - LEFT))) / 10;
  return { at, ticks: Array.from({ length: count + 1 }, (_, tick) => Math.min(to, from + tick * step)) };
};

const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
