import { describe, expect, it } from "vitest";
import { type BudgetPanel, budgetSvg } from "../src/index.js";

const panel = (change: Partial<BudgetPanel> = {}): BudgetPanel => ({
  title: "bits of the network",
  figure: (cost) => `${cost} bits`,
  front: [
    { cost: 100, worth: 5 },
    { cost: 200, worth: 8 },
    { cost: 400, worth: 10 },
  ],
  asked: [{ bound: 250, answer: { cost: 200, worth: 8 } }],
  own: { cost: 400, worth: 10 },
  ...change,
});
const count = (svg: string, part: string | RegExp): number => svg.match(new RegExp(part, "g"))?.length ?? 0;

describe("the picture of what a budget buys", () => {
  it("has a line through the front in steps, never above what a cost buys", () => {
    const [, path = ""] = /class="front" d="([^"]*)"/.exec(budgetSvg([panel()])) ?? [];
    const [from, ...steps] = path.match(/[MHV][\d. ]+/g) ?? [];
    expect(from).toMatch(/^M/);
    // To the right first, then up: between two costs the cheaper genotype is the best.
    expect(steps.map(([letter]) => letter)).toEqual(["H", "V", "H", "V"]);
  });

  it("has a dot for each point of the front, a line for each bound, and marks for the answer and the search's own", () => {
    const svg = budgetSvg([panel()]);
    expect(count(svg, 'class="dot"')).toBe(3);
    expect(count(svg, '<line class="bound"')).toBe(1);
    expect(svg).toContain("asked: 200 bits, 80.0 %");
    expect(svg).toContain("the search&#39;s own answer: 400 bits, 100.0 %");
    expect(count(budgetSvg([panel({ own: undefined, asked: [] })]), "<circle")).toBe(3);
  });

  it("has no dots where they would be a thick line", () => {
    const front = Array.from({ length: 200 }, (_, cost) => ({ cost, worth: cost }));
    expect(count(budgetSvg([panel({ front })]), 'class="dot"')).toBe(0);
  });

  it("has a panel for each metric, one below the other", () => {
    const svg = budgetSvg([panel(), panel({ title: "time <of> one image" })]);
    expect(count(svg, "<g transform")).toBe(2);
    expect(svg).toContain("time &lt;of&gt; one image");
    expect(svg).toContain("3 genotypes from 100 bits to 400 bits; an answer of 200 bits.");
  });

  it("stays whole where a front has one point, or nothing is worth anything", () => {
    for (const worth of [0, 3]) {
      const one = [{ cost: 7, worth }];
      const svg = budgetSvg([
        panel({ front: one, asked: [{ bound: undefined, answer: { cost: 7, worth } }], own: undefined }),
      ]);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it("gives the same bytes for the same panels", () => {
    expect(budgetSvg([panel()])).toBe(budgetSvg([panel()]));
  });
});
