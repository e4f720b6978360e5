import { type CellKind, darts, type Genotype, type Link, linksOf, PUBLISHED } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Box, CHARACTER, cellLayout, type Point } from "../src/cell-layout.js";
import { cellSvg } from "../src/cell-svg.js";
import { genotypes } from "./genotypes.js";
import { elements } from "./well-formed.js";

const kinds = fc.constantFrom<CellKind>("normal", "reduce");
const RUNS = { numRuns: 40 };

const meet = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Points on the cubic that the drawing uses between two points, with level tangents. */
const along = (from: Point, to: Point): Point[] =>
  Array.from({ length: 39 }, (_, step) => {
    const t = (step + 1) / 40;
    const u = 1 - t;
    const middle = (from.x + to.x) / 2;
    const mix = (a: number, b: number, c: number, d: number) =>
      u ** 3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t ** 3 * d;
    return { x: mix(from.x, middle, middle, to.x), y: mix(from.y, from.y, to.y, to.y) };
  });

const inside = (point: Point, box: Box): boolean =>
  point.x > box.x + 0.2 && point.x < box.x + box.width - 0.2 && point.y > box.y && point.y < box.y + box.height;

describe("the layout of a cell", () => {
  it("keeps every label and node apart from every other, for any genotype", () =>
    fc.assert(
      fc.property(genotypes, kinds, (genotype, kind) => {
        const { nodes, labels } = cellLayout(genotype, kind, darts);
        const boxes = [...nodes, ...labels].map(({ box }) => box);
        for (const [index, box] of boxes.entries()) {
          for (const other of boxes.slice(index + 1)) expect(meet(box, other)).toBe(false);
        }
      }),
      RUNS,
    ));

  it("leads no link over a label or a node, for any genotype", () =>
    fc.assert(
      fc.property(genotypes, kinds, (genotype, kind) => {
        const { nodes, labels, curves } = cellLayout(genotype, kind, darts);
        const boxes = [...nodes, ...labels].map(({ box }) => box);
        const points = curves.flat().flatMap(({ from, to }) => along(from, to));
        expect(points.filter((point) => boxes.some((box) => inside(point, box)))).toEqual([]);
      }),
      RUNS,
    ));

  it("stays inside its own frame and gives every label the room of its text", () =>
    fc.assert(
      fc.property(genotypes, kinds, (genotype, kind) => {
        const layout = cellLayout(genotype, kind, darts);
        for (const { box } of [...layout.nodes, ...layout.labels]) {
          expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(layout.width);
          expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
        }
        for (const { operation, box } of layout.labels) {
          expect(box.width).toBeGreaterThan(operation.length * CHARACTER);
        }
      }),
      RUNS,
    ));

  it("leads every link from its input to its node, through its label", () =>
    fc.assert(
      fc.property(genotypes, kinds, (genotype, kind) => {
        const { nodes, labels, curves } = cellLayout(genotype, kind, darts);
        const nodeBox = (node: number) => nodes.find((found) => found.node === node)?.box;
        for (const [index, [operation, input]] of linksOf(genotype, kind).entries()) {
          const [curve, label] = [curves[index] ?? [], labels[index]];
          const [source, target] = [nodeBox(input), nodeBox((index >> 1) + 2)];
          expect(label?.operation).toBe(operation);
          expect(curve[0]?.from.x).toBeCloseTo((source?.x ?? 0) + (source?.width ?? 0));
          expect(curve.at(-1)?.to.x).toBe(target?.x);
          expect(curve.some(({ to }) => to.x === label?.box.x)).toBe(true);
        }
      }),
      RUNS,
    ));

  it("draws a chain of nodes from left to right", () => {
    const chain: Genotype = {
      ...PUBLISHED,
      normal: [0, 0, 2, 2, 3, 3, 4, 4].map((input): Link => ["sep_conv_3x3", input]),
    };
    const x = cellLayout(chain, "normal", darts).nodes.map(({ box }) => box.x);
    expect(x).toEqual([...x].sort((a, b) => a - b));
    expect(new Set(x.slice(2)).size).toBe(5);
  });
});

describe("the drawing of a cell", () => {
  it("is well-formed XML with a title and a description, for any genotype", () =>
    fc.assert(
      fc.property(genotypes, kinds, (genotype, kind) => {
        const names = elements(cellSvg(genotype, kind), "xml").map(({ name }) => name);
        expect(names.slice(0, 3)).toEqual(["svg", "title", "desc"]);
      }),
      RUNS,
    ));

  it("says every link of the published genotype in its description and on a label", () => {
    const svg = cellSvg(PUBLISHED, "normal");
    expect(svg).toContain("<title>Normal cell</title>");
    expect(svg).toContain("node 0 adds skip_connect of c_{k-1} and dil_conv_3x3 of c_{k-2}");
    expect(svg).toContain(
      "node 3 adds dil_conv_5x5 of node 2 and sep_conv_3x3 of node 0; c_{k} concatenates node 0, node 1, node 2, node 3.",
    );
    for (const [operation] of PUBLISHED.normal) expect(svg).toContain(`>${operation}</text>`);
    expect(cellSvg(PUBLISHED, "reduce")).toContain("<title>Reduction cell</title>");
  });

  it("gives the same bytes for the same genotype", () => {
    expect(cellSvg(PUBLISHED, "reduce")).toBe(cellSvg(structuredClone(PUBLISHED), "reduce"));
  });

  it("refers to nothing outside itself and carries no ids that could clash on a page", () => {
    const all = elements(cellSvg(PUBLISHED, "normal"), "xml").flatMap(({ attributes }) => [...attributes]);
    expect(all.filter(([key]) => ["id", "href", "src", "style", "class"].includes(key))).toEqual([]);
    expect(all.filter(([, value]) => value.includes("url(") || value.includes("://"))).toEqual([
      ["xmlns", "http://www.w3.org/2000/svg"],
    ]);
  });

  it("refuses a link from a node that comes later, and names it", () => {
    const wrong: Genotype = { ...PUBLISHED, normal: [["skip_connect", 3], ...PUBLISHED.normal.slice(1)] };
    expect(() => cellSvg(wrong, "normal")).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(() => cellSvg(wrong, "normal")).toThrow(/genotype\.normal\[0\].*an input from 0 to 1/);
  });
});
