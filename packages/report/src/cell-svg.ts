import { type CellKind, concatOf, type Genotype, type Operation, type Space, spaceOfGenotype } from "@bnas/search";
import { type Box, type CellLayout, cellLayout, type Point } from "./cell-layout.js";
import { cellTitle } from "./heat-map.js";
import { escapeText } from "./markup.js";
import { nodeName } from "./node-name.js";

// Text stands only on filled boxes and lines are a middle grey, so that the drawing reads on white and on black alike.
const LINE = "#7d8899";
const INK = "#17202c";
const NODE_COLOURS = {
  input: ["#d5ead9", "#4f8a62"],
  inner: ["#f3f5f8", "#65748b"],
  output: ["#f7e6b5", "#a57f22"],
} as const;
const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const SANS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const ARROW = 7;

/**
 * A drawing of one cell as papers on architecture search draw it: c_{k-2} and c_{k-1} on the left, nodes 0 to 3, c_{k} on
 * the right, every link with its operation. The same genotype gives the same bytes. @throws InvalidInput on a bad link
 */
export const cellSvg = (genotype: Genotype, kind: CellKind, space: Space = spaceOfGenotype(genotype)): string => {
  const layout = cellLayout(genotype, kind, space);
  const concat = concatOf(genotype, kind);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${layout.width}" height="${layout.height}" viewBox="0 0 ${layout.width} ${layout.height}" role="img">`,
    `<title>${cellTitle(kind)}</title>`,
    `<desc>${escapeText(description(layout, concat))}</desc>`,
    `<g fill="none" stroke="${LINE}" stroke-width="1.6" stroke-linecap="round">`,
    ...layout.curves.map((curve) => `<path d="${path(curve)}"/>`),
    "</g>",
    `<g fill="${LINE}">`,
    ...layout.curves.map((curve) => `<path d="${arrow(curve.at(-1)?.to ?? { x: 0, y: 0 })}"/>`),
    "</g>",
    `<g font-family="${MONO}" font-size="12" text-anchor="middle">`,
    ...layout.labels.map(({ operation, box }) => label(operation, box)),
    "</g>",
    `<g font-family="${SANS}" font-size="15" text-anchor="middle" fill="${INK}">`,
    ...layout.nodes.map(({ node, box }) => drawNode(node, box, layout)),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
};

const path = (curve: CellLayout["curves"][number]): string => {
  let [pen, drawn]: [Point | undefined, string] = [undefined, ""];
  for (const [index, { from, to }] of curve.entries()) {
    const x = tenth(index === curve.length - 1 ? to.x - ARROW : to.x);
    const middle = tenth((from.x + x) / 2);
    if (pen?.x !== from.x || pen.y !== from.y) drawn += `M${from.x} ${from.y}`;
    drawn += from.y === to.y ? `H${x}` : `C${middle} ${from.y} ${middle} ${to.y} ${x} ${to.y}`;
    pen = to;
  }
  return drawn;
};

const arrow = ({ x, y }: Point): string => `M${x} ${y}L${tenth(x - ARROW - 1)} ${tenth(y - 4)}V${tenth(y + 4)}Z`;

const label = (operation: Operation, box: Box): string => {
  const [fill, stroke] = operationColours(operation);
  const dashes = operation === "none" ? ` stroke-dasharray="4 3"` : "";
  return (
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="12" fill="${fill}" stroke="${stroke}"${dashes}/>` +
    `<text x="${centre(box).x}" y="${tenth(centre(box).y + 4)}" fill="${INK}">${operation}</text>`
  );
};

/** Fill and outline by family: separable, dilated, pooling, identity or nothing. The text says the same without colour. */
const operationColours = (operation: Operation): readonly [fill: string, stroke: string] => {
  if (operation.startsWith("sep_conv")) return ["#d6e6fb", "#3b76c4"];
  if (operation.startsWith("dil_conv")) return ["#e7defa", "#7b57c2"];
  if (operation.includes("pool")) return ["#fbe3d0", "#c26a24"];
  return ["#e9ecf0", "#7d8899"];
};

const drawNode = (node: number, box: Box, { output, inputs }: CellLayout): string => {
  const inner = node >= inputs && node !== output;
  const [fill, stroke] = NODE_COLOURS[inner ? "inner" : node === output ? "output" : "input"];
  const { x, y } = centre(box);
  const below = node === output ? "k" : `k\u2212${inputs - node}`;
  const name = inner ? `${node - inputs}` : `c<tspan font-size="11" dy="4">${below}</tspan>`;
  return (
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="${inner ? box.height / 2 : 8}" fill="${fill}" stroke="${stroke}" stroke-width="1.5"/>` +
    `<text x="${x}" y="${tenth(y + 5)}">${name}</text>`
  );
};

const description = ({ labels, nodes, output, inputs }: CellLayout, concat: readonly number[]): string => {
  const inner = nodes.filter(({ node }) => node >= inputs && node !== output);
  const sums = inner.map(({ node }) => {
    const into = labels
      .filter(({ to }) => to === node)
      .map(({ operation, from }) => `${operation} of ${nodeName(from, inputs)}`);
    return `${nodeName(node, inputs)} adds ${into.join(" and ")}`;
  });
  const given = concat.map((node) => nodeName(node, inputs)).join(", ");
  return `${sums.join("; ")}; c_{k} ${concat.length === 1 ? "is" : "concatenates"} ${given}.`;
};

const centre = (box: Box): Point => ({ x: tenth(box.x + box.width / 2), y: tenth(box.y + box.height / 2) });
const tenth = (pixels: number): number => Math.round(pixels * 10) / 10;
