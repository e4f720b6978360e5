import { nasBench201, parseSpec, spaceOf } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { cellsOf } from "../cells.js";
import { conditionsOf } from "../conditions.js";
import { parseOptions } from "../options.js";
import { isWithin } from "../ranges.js";
import { tasksOf } from "../rows.js";
import { checkTable, readTable, type Table } from "../table.js";

const ARCHITECTURE = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|nor_conv_1x1~1|none~2|";
const table = { space: "nas-bench-201", columns: ["float"], cells: { [ARCHITECTURE]: [91.5] } };

describe("a table", () => {
  it("is read by architecture: links by their node and where they come from", () => {
    const { accuracyOf, all } = cellsOf(nasBench201, checkTable(table, "t"), "float");
    const network = {
      cell: ["nor_conv_3x3", "none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "none"],
    };
    expect(all).toEqual([{ network, accuracy: 91.5 }]);
    expect(accuracyOf(network)).toBe(91.5);
  });

  it.each([
    ["a list", [], /t: .* an object/],
    ["no space", { ...table, space: 3 }, /t\.space/],
    ["no columns", { ...table, columns: [] }, /t\.columns/],
    ["cells that are a list", { ...table, cells: [] }, /t\.cells/],
    ["an accuracy of 101", { ...table, cells: { [ARCHITECTURE]: [101] } }, /t\.cells/],
    ["an accuracy that is no number", { ...table, cells: { [ARCHITECTURE]: [null] } }, /t\.cells/],
    ["a number too many", { ...table, cells: { [ARCHITECTURE]: [1, 2] } }, /takes 1 numbers/],
  ])("is refused with its field: %s", (_, value, message) => {
    expect(() => checkTable(value, "t")).toThrow(message);
  });

  it("is refused for an operation that its space has not, with the link", () => {
    const cells = { [ARCHITECTURE.replace("none~2", "nor_conv_5x5~2")]: [90] };
    expect(() => cellsOf(nasBench201, { ...table, cells }, "float")).toThrow(/2->3/);
  });
});

describe("the table one-bit", () => {
  const oneBit = readTable("one-bit");

  it("has every cell of its space, which stands in the table itself", () => {
    expect(oneBit.columns).toEqual(["fashion-mnist"]);
    const { all } = cellsOf(spaceOf(parseSpec({ preset: "smoke", space: oneBit.space })), oneBit, "fashion-mnist");
    expect(all).toHaveLength(256);
  });

  it("is searched by all but those that need what it has not: `none`, and a column of full precision", () => {
    const names = (of: Table) => [
      ...new Set(tasksOf(of, conditionsOf(of.columns)).map(({ contender }) => contender.name)),
    ];
    const left = names(oneBit);
    expect(names(table).filter((name) => !left.includes(name))).toEqual([
      "bnas, none excluded",
      "cp-nas",
      "posterior, none excluded",
    ]);
  });
});

describe("npm run rigor", () => {
  it.each([
    [["--seeds", "9"], /--seeds: "9"/],
    [["--seeds", "many"], /--seeds/],
    [["--only", "posterio"], /Did you mean posterior\?/],
    [["--sedes", "100"], /Did you mean --seeds\?/],
  ])("refuses %j and says what is allowed", (words, message) => {
    expect(() => parseOptions(words)).toThrow(message);
  });

  it("compares every range with its row, and misses a row that is not there", () => {
    const of = { strategy: "posterior", column: "float", strengths: "random", noise: 1, drift: 0 } as const;
    const range = { ...of, a12Random: [0.7, 0.9], a12Evolution: [0.6, 0.9], p10AboveRandom: true } as const;
    const figures = { samples: 24, medianRank: 300, a12RandomError: 0, a12Evolution: 0.7, a12EvolutionError: 0 };
    const row = { ...of, ...figures, p10: 92, p10Random: 91, a12Random: 0.8 };
    expect(isWithin([row], { seeds: 100, rows: [range] })).toEqual([]);
    expect(isWithin([{ ...row, a12Random: 0.6 }], { seeds: 100, rows: [range] })).toEqual([
      expect.stringMatching(/is 0\.600/),
    ]);
    expect(isWithin([{ ...row, p10: 90 }], { seeds: 100, rows: [range] })).toEqual([
      expect.stringMatching(/below random/),
    ]);
    expect(isWithin([], { seeds: 100, rows: [range] })).toEqual([expect.stringMatching(/no such row/)]);
  });
});
