import { type Genotype, type Link, PUBLISHED } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { collapse } from "../src/collapse.js";

const withSkips = (skips: number): Genotype => ({
  ...PUBLISHED,
  normal: PUBLISHED.normal.map(([, input], index): Link => [index < skips ? "skip_connect" : "sep_conv_3x3", input]),
});

describe("collapse to skip connections", () => {
  it("begins with the third skip connection of the normal cell", () => {
    expect([2, 3].map((skips) => collapse(withSkips(skips)).collapsed)).toEqual([false, true]);
  });

  it("counts the links of both cells that carry no weights", () => {
    expect(collapse(PUBLISHED)).toEqual({
      skips: { normal: 2, reduce: 2 },
      nones: { normal: 0, reduce: 0 },
      collapsed: false,
    });
  });

  it("does not count skip connections of the reduction cell towards the verdict", () => {
    const reduce = PUBLISHED.reduce.map(([, input]): Link => ["skip_connect", input]);
    expect(collapse({ ...PUBLISHED, reduce })).toMatchObject({ skips: { reduce: 8 }, collapsed: false });
  });
});
