import { precisePercent } from "./figures.js";

/** A sample's accuracy in [0, 1], in the order in which samples were evaluated. */
export type Sampled = {
  readonly round: number;
  readonly pass: number;
  readonly sample: number;
  readonly accuracy: number;
};

const WIDTH = 960;
const HEIGHT = 300;
const PLOT = { left: 52, right: 864, top: 34, bottom: 262 };

/** Every sample as a dot, by round, with the mean of each round and the level of guessing among `classes`. SVG for HTML. */
export const accuracyChart = (samples: readonly Sampled[], classes: number): string => {
  const chance = 1 / classes;
  const ceiling = niceCeiling(Math.max(chance, ...samples.map(({ accuracy }) => accuracy)));
  const y = (accuracy: number): number => at(PLOT.bottom - (accuracy / ceiling) * (PLOT.bottom - PLOT.top));
  const pitch = (PLOT.right - PLOT.left) / Math.max(1, samples.length);
  const x = (index: number): number => at(PLOT.left + (index + 0.5) * pitch);
  const rounds = [...new Set(samples.map(({ round }) => round))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    "<title>Accuracy of the samples by round</title>",
    `<desc>${samples.length} samples in ${rounds.length} rounds; chance is ${precisePercent(chance)}.</desc>`,
    ...rounds.map((round) => band(round, samples, x, y, pitch)),
    ...[0, 1, 2, 3, 4].map((step) => gridLine((ceiling * step) / 4, y)),
    `<line class="chance" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(chance)}" y2="${y(chance)}"/>`,
    `<text class="chance-name" x="${PLOT.right + 8}" y="${at(y(chance) + 4)}">chance ${short(chance)}</text>`,
    ...samples.map((sample, index) => dot(sample, x(index), y(sample.accuracy))),
    ...rounds.map((round) => meanLine(round, samples, x, y, pitch)),
    "</svg>",
  ].join("\n");
};

type Scale = (value: number) => number;

const extent = (round: number, samples: readonly Sampled[], x: Scale, pitch: number): [left: number, right: number] => {
  const first = samples.findIndex((sample) => sample.round === round);
  const last = samples.findLastIndex((sample) => sample.round === round);
  return [at(x(first) - pitch / 2), at(x(last) + pitch / 2)];
};

const band = (round: number, samples: readonly Sampled[], x: Scale, _y: Scale, pitch: number): string => {
  const [left, right] = extent(round, samples, x, pitch);
  const fill =
    round % 2 === 1
      ? `<rect class="band" x="${left}" y="${PLOT.top}" width="${at(right - left)}" height="${PLOT.bottom - PLOT.top}"/>`
      : "";
  return `${fill}<text x="${at((left + right) / 2)}" y="${PLOT.bottom + 20}" text-anchor="middle">round ${round}</text>`;
};

const meanLine = (round: number, samples: readonly Sampled[], x: Scale, y: Scale, pitch: number): string => {
  const own = samples.filter((sample) => sample.round === round).map(({ accuracy }) => accuracy);
  const average = own.reduce((sum, accuracy) => sum + accuracy, 0) / own.length;
  const [left, right] = extent(round, samples, x, pitch);
  return (
    `<line class="mean" x1="${at(left + 2)}" x2="${at(right - 2)}" y1="${y(average)}" y2="${y(average)}"/>` +
    `<text class="strong" x="${at((left + right) / 2)}" y="${PLOT.top - 12}" text-anchor="middle">${short(average)}</text>`
  );
};

const dot = (sample: Sampled, x: number, y: number): string =>
  `<circle cx="${x}" cy="${y}" r="4"><title>round ${sample.round}, pass ${sample.pass}, sample ${sample.sample}: ${precisePercent(sample.accuracy)}</title></circle>`;

const gridLine = (accuracy: number, y: Scale): string =>
  `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(accuracy)}" y2="${y(accuracy)}"/>` +
  `<text x="${PLOT.left - 8}" y="${at(y(accuracy) + 4)}" text-anchor="end">${short(accuracy)}</text>`;

const short = (accuracy: number): string => `${Number((accuracy * 100).toFixed(1))} %`;

/** The least of 1, 2, 4, 8, 20, 40, 60, 80, 100 percent above the values: a quarter of it is a round number. */
const niceCeiling = (most: number): number =>
  [0.01, 0.02, 0.04, 0.08, 0.12, 0.2, 0.4, 0.6, 0.8].find((ceiling) => most <= ceiling * 0.98) ?? 1;

const at = (pixels: number): number => Math.round(pixels * 10) / 10;
