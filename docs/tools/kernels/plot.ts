// Pictures as SVG text. They bring their own background and ink, light or dark as the reader's system is.

export type Point = readonly [x: number, y: number];

/** A function that may jump: pieces, each drawn as a line, and what it is at the ends of a piece. */
export type Curve = {
  readonly title: string;
  readonly pieces: readonly (readonly Point[])[];
  /** Ends of pieces: `closed` where the function has this value, open where it only comes close to it. */
  readonly ends: readonly { readonly at: Point; readonly closed: boolean }[];
};

/** Numbers of a grid: rows of columns. */
export type Grid = {
  readonly title: string;
  readonly rows: readonly (readonly number[])[];
  /** What rows and columns are; nothing for pixels. */
  readonly axes?: { readonly rows: string; readonly columns: string };
};

const STYLE = `<style>
text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 } .small { font-size: 11px; fill: #57606a } .number { font-size: 11px }
.paper { fill: #ffffff } .grid { stroke: #d0d7de } .axis { stroke: #6e7781 }
.curve { stroke: #0969da; fill: none; stroke-width: 2 } .closed { fill: #0969da; stroke: #0969da } .open { fill: #ffffff; stroke: #0969da; stroke-width: 1.5 }
.cell { fill: #0969da; stroke: #d0d7de }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .small { fill: #9da7b3 }
.paper { fill: #0d1117 } .grid { stroke: #30363d } .axis { stroke: #7d8590 }
.curve { stroke: #58a6ff } .closed { fill: #58a6ff; stroke: #58a6ff } .open { fill: #0d1117; stroke: #58a6ff }
.cell { fill: #58a6ff; stroke: #30363d }
}
</style>`;

const WIDTH = 300;
const CURVE_HEIGHT = 220;
const CELL = 26;

/** Two places behind the point are enough for a picture, and the same on every machine. */
const round = (value: number): string => String(Number(value.toFixed(2)) + 0);

/** Curves side by side. */
export const curvesSvg = (curves: readonly Curve[]): string =>
  document(
    curves.length * WIDTH,
    CURVE_HEIGHT,
    curves.map((curve, index) => panel(curve, index * WIDTH)),
  );

const panel = ({ title, pieces, ends }: Curve, left: number): string => {
  const points = pieces.flat();
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [low, high] = [Math.min(...xs), Math.max(...xs)];
  const top = Math.max(1, Math.ceil(Math.max(...ys) * 2) / 2);
  const bottom = Math.min(0, Math.floor(Math.min(...ys) * 2) / 2);
  const margin = (top - bottom) * 0.08;
  const box = { left: left + 42, right: left + WIDTH - 14, top: 34, bottom: CURVE_HEIGHT - 26 };
  const x = (value: number) => box.left + ((value - low) / (high - low)) * (box.right - box.left);
  const y = (value: number) =>
    box.bottom - ((value - bottom + margin) / (top - bottom + 2 * margin)) * (box.bottom - box.top);
  const line = (kind: string, from: Point, to: Point) =>
    `<line class="${kind}" x1="${round(from[0])}" y1="${round(from[1])}" x2="${round(to[0])}" y2="${round(to[1])}"/>`;
  const columns = wholeNumbers(low, high).map(
    (value) =>
      line(value === 0 ? "axis" : "grid", [x(value), box.top], [x(value), box.bottom]) +
      `<text class="small" x="${round(x(value))}" y="${CURVE_HEIGHT - 10}" text-anchor="middle">${value}</text>`,
  );
  const rows = steps(bottom, top).map(
    (value) =>
      line(value === 0 ? "axis" : "grid", [box.left, y(value)], [box.right, y(value)]) +
      `<text class="small" x="${box.left - 7}" y="${round(y(value) + 4)}" text-anchor="end">${value}</text>`,
  );
  const drawn = pieces.map((piece) => {
    const placed = withoutMiddles(piece.map(([a, b]): Point => [x(a), y(b)]));
    return `<polyline class="curve" points="${placed.map((point) => point.map(round).join()).join(" ")}"/>`;
  });
  const dots = ends.map(
    ({ at: [a, b], closed }) =>
      `<circle class="${closed ? "closed" : "open"}" cx="${round(x(a))}" cy="${round(y(b))}" r="3.5"/>`,
  );
  return [
    `<text class="title" x="${box.left}" y="20">${escaped(title)}</text>`,
    ...columns,
    ...rows,
    ...drawn,
    ...dots,
  ].join("\n");
};

/** Without the points that lie on the line between those that stay, to a twentieth of a pixel. */
const withoutMiddles = (points: readonly Point[]): readonly Point[] => {
  const kept: Point[] = [];
  let anchor = 0;
  points.forEach((point, index) => {
    const from = points[anchor];
    const next = points[index + 1];
    const isStraight =
      from !== undefined &&
      next !== undefined &&
      points.slice(anchor + 1, index + 1).every((middle) => distance(middle, from, next) < 0.05);
    if (index > 0 && isStraight) return;
    kept.push(point);
    anchor = index;
  });
  return kept;
};

/** How far below or above the line through two others a point is. */
const distance = ([x, y]: Point, [x0, y0]: Point, [x1, y1]: Point): number =>
  x1 === x0 ? 0 : Math.abs(y0 + ((x - x0) / (x1 - x0)) * (y1 - y0) - y);

const wholeNumbers = (low: number, high: number): number[] => {
  const first = Math.ceil(low);
  return Array.from({ length: Math.floor(high) - first + 1 }, (_, index) => first + index);
};

/** Every half, or every whole number where there would be many. */
const steps = (bottom: number, top: number): number[] =>
  top - bottom > 2
    ? wholeNumbers(bottom, top)
    : Array.from({ length: Math.round((top - bottom) * 2) + 1 }, (_, index) => bottom + index / 2);

/** Grids of numbers side by side, the larger the fuller. */
export const gridsSvg = (grids: readonly Grid[]): string => {
  const widths = grids.map(
    ({ title, rows, axes }) => Math.max((rows[0]?.length ?? 0) * CELL + (axes ? 24 : 0), title.length * 6.8) + 32,
  );
  const heights = grids.map(({ rows, axes }) => rows.length * CELL + (axes ? 20 : 0) + 50);
  const lefts = widths.map((_, index) => widths.slice(0, index).reduce((sum, width) => sum + width, 16));
  return document(
    widths.reduce((sum, width) => sum + width, 0),
    Math.max(...heights),
    grids.map((grid, index) => cells(grid, lefts[index] ?? 0)),
  );
};

const cells = ({ title, rows, axes }: Grid, left: number): string => {
  const most = Math.max(...rows.flat().map(Math.abs));
  const [x0, y0] = axes ? [left + 24, 54] : [left, 34];
  const drawn = rows.flatMap((row, i) =>
    row.map((value, j) => {
      const [x, y] = [x0 + j * CELL, y0 + i * CELL];
      const fill = round((0.45 * Math.abs(value)) / most);
      const text =
        value === 0
          ? ""
          : `<text class="number" x="${x + CELL / 2}" y="${y + CELL / 2 + 4}" text-anchor="middle">${short(value)}</text>`;
      return `<use href="#cell" x="${x}" y="${y}" fill-opacity="${fill}"/>${text}`;
    }),
  );
  const words = axes
    ? [
        `<text class="small" x="${x0}" y="${y0 - 6}">${escaped(axes.columns)}</text>`,
        `<text class="small" transform="translate(${x0 - 7},${y0 + rows.length * CELL}) rotate(-90)">${escaped(axes.rows)}</text>`,
      ]
    : [];
  return [`<text class="title" x="${left}" y="20">${escaped(title)}</text>`, ...words, ...drawn].join("\n");
};

/** At most two digits: .11 for 0.111. */
const short = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(2).replace(/^(-?)0\./, "$1.");

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const document = (width: number, height: number, parts: readonly string[]): string => {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img">`,
    STYLE,
    `<defs><rect id="cell" class="cell" width="${CELL}" height="${CELL}"/></defs>`,
    `<rect class="paper" width="${w}" height="${h}" rx="6"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
};
