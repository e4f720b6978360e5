import { describe, expect, it } from "vitest";
import {
  architectureText,
  darts,
  nasBench201,
  PUBLISHED,
  printAnswer,
  printGenotype,
  randomGenotype,
} from "../src/index.js";

/** The cell that NAS-Bench-201's authors show: number 81 of their benchmark. */
const genotype = {
  cell: [
    ["nor_conv_3x3", 0],
    ["nor_conv_3x3", 0],
    ["avg_pool_3x3", 1],
    ["skip_connect", 0],
    ["nor_conv_3x3", 1],
    ["skip_connect", 2],
  ],
  cell_concat: [3],
} as const;

describe("the text of a cell of NAS-Bench-201", () => {
  it("has the operations into each node, from the first node on", () => {
    expect(architectureText(nasBench201, genotype)).toBe(
      "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|",
    );
  });

  it("stands beside the line of DARTS, which is all that other spaces have", () => {
    expect(printAnswer(nasBench201, genotype)).toHaveLength(2);
    expect(printAnswer(nasBench201, genotype)[0]).toBe(
      "Genotype(cell=[('nor_conv_3x3', 0), ('nor_conv_3x3', 0), ('avg_pool_3x3', 1), ('skip_connect', 0), ('nor_conv_3x3', 1), ('skip_connect', 2)], cell_concat=range(3, 4))",
    );
    expect(printAnswer(darts, PUBLISHED)).toEqual([printGenotype(PUBLISHED)]);
  });

  it("is another for each cell", () => {
    const texts = Array.from({ length: 40 }, (_, seed) =>
      architectureText(nasBench201, randomGenotype(nasBench201, seed)),
    );
    expect(new Set(texts).size).toBeGreaterThan(35);
  });

  it("is not there where a node does not read every node before it", () => {
    const [cell] = nasBench201.cells;
    if (cell === undefined) throw new Error("it has a cell");
    const sparse = { ...nasBench201, cells: [{ ...cell, edges: cell.edges.slice(1) }] };
    expect(architectureText(sparse, genotype)).toBeUndefined();
  });
});
