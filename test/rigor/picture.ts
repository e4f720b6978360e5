import type { Row } from "./rows.js";

const WIDTH = 800;
const LEFT = 280;
const LINE = 20;

/** Colours that are distinguished in grey too; one a level of noise, in points. */
const COLOURS: Readonly<Record<number, string>> = { 0: "#08306b", 1: "#2171b5", 2: "#f16913", 4: "#7f2704" };

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/**
 * A12 against random search of every strategy: a dot a level of noise, with its interval. The line in the middle is chance: as good
 * as random search with as many samples.
 */
export const picture = (rows: readonly Row[]): string => {
  const groups = [...new Set(rows.map(({ column, strengths, drift }) => JSON.stringify([column, strengths, drift])))];
  const x = (a12: number): number => LEFT + a12 * (WIDTH - LEFT - 20);
  const parts: string[] = [];
  let y = 50;
  for (const group of groups) {
    const [column, strengths, drift] = JSON.parse(group) as [string, string, number];
    const title = `${column}: ${drift > 0 ? `accuracies rise ${drift} points a round` : `${strengths} strengths`}`;
    parts.push(`<text x="10" y="${y + 14}" font-weight="bold">${escaped(title)}</text>`);
    y += LINE + 4;
    const own = rows.filter((row) => JSON.stringify([row.column, row.strengths, row.drift]) === group);
    for (const strategy of new Set(own.map((row) => row.strategy))) {
      parts.push(`<text x="${LEFT - 8}" y="${y + 14}" text-anchor="end">${escaped(strategy)}</text>`);
      parts.push(`<line x1="${x(0)}" x2="${x(1)}" y1="${y + 10}" y2="${y + 10}" stroke="#ddd"/>`);
      for (const row of own.filter((one) => one.strategy === strategy)) {
        const colour = COLOURS[row.noise] ?? "#000";
        const [least, most] = [row.a12Random - row.a12RandomError, row.a12Random + row.a12RandomError];
        parts.push(
          `<line x1="${x(least).toFixed(1)}" x2="${x(most).toFixed(1)}" y1="${y + 10}" y2="${y + 10}" stroke="${colour}" stroke-width="2"/>`,
          `<circle cx="${x(row.a12Random).toFixed(1)}" cy="${y + 10}" r="4.5" fill="${colour}"><title>${escaped(strategy)}, noise ${row.noise}: ${row.a12Random.toFixed(2)}</title></circle>`,
        );
      }
      y += LINE;
    }
    y += 14;
  }
  const legend = Object.entries(COLOURS)
    .map(
      ([noise, colour], index) =>
        `<circle cx="${LEFT + 8 + index * 120}" cy="36" r="4.5" fill="${colour}"/><text x="${LEFT + 18 + index * 120}" y="40">noise ${noise} points</text>`,
    )
    .join("");
  const axis = [0, 0.25, 0.5, 0.75, 1]
    .map(
      (value) =>
        `<line x1="${x(value)}" x2="${x(value)}" y1="50" y2="${y}" stroke="${value === 0.5 ? "#888" : "#eee"}"/><text x="${x(value)}" y="${y + 16}" text-anchor="middle">${value}</text>`,
    )
    .join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 30}" font-family="system-ui, sans-serif" font-size="12">
<title>A12 of every strategy against random search of equal count</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="10" y="20" font-size="15" font-weight="bold">The chance to beat random search of equal count (A12)</text>
${legend}
${axis}
${parts.join("\n")}
</svg>
`;
};
