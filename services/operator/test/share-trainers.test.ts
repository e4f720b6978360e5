import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Claim, shareTrainers } from "../src/trainer/share-trainers.js";

const claims: fc.Arbitrary<readonly Claim[]> = fc
  .array(
    fc.record({
      wanted: fc.nat(8),
      holds: fc.nat(8),
      weight: fc.integer({ min: 1, max: 1000 }),
      created: fc.nat(1000),
    }),
    { maxLength: 30 },
  )
  .map((list) => list.map((claim, index) => ({ key: `search-${index}`, ...claim })));

const sum = (numbers: Iterable<number>) => [...numbers].reduce((one, other) => one + other, 0);
const claim = (key: string, change: Partial<Claim> = {}): Claim => ({
  key,
  wanted: 8,
  holds: 0,
  weight: 1,
  created: 0,
  ...change,
});

describe("the shares of searches in the operator's trainers", () => {
  it("are never more than the limit, and no one's more than it wants", () => {
    fc.assert(
      fc.property(fc.nat(100), claims, (limit, all) => {
        const shares = shareTrainers(limit, all);
        expect(sum(shares.values())).toBeLessThanOrEqual(limit);
        for (const { key, wanted } of all) expect(shares.get(key)).toBeLessThanOrEqual(wanted);
      }),
    );
  });

  it("leave no trainer unused that someone wants", () => {
    fc.assert(
      fc.property(fc.nat(100), claims, (limit, all) => {
        const wanted = sum(all.map((one) => one.wanted));
        expect(sum(shareTrainers(limit, all).values())).toBe(Math.min(limit, wanted));
      }),
    );
  });

  it("give everyone one before anyone has two", () => {
    fc.assert(
      fc.property(fc.nat(100), claims, (limit, all) => {
        const shares = shareTrainers(limit, all);
        const without = all.filter(({ key, wanted }) => wanted > 0 && shares.get(key) === 0);
        if (without.length > 0) expect(Math.max(0, ...shares.values())).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("do not take the last trainer of one search for another", () => {
    const old = claim("old", { created: 1 });
    const holder = claim("holder", { created: 9, holds: 1 });
    expect(shareTrainers(1, [old, holder]).get("holder")).toBe(1);
  });

  it("come in the order of age where they do not go round, so that no one starves", () => {
    const waiting = [
      claim("third", { created: 3 }),
      claim("first", { created: 1 }),
      claim("second", { created: 2, weight: 9 }),
    ];
    expect([...shareTrainers(2, waiting)]).toEqual([
      ["third", 0],
      ["first", 1],
      ["second", 1],
    ]);
  });

  it("go by weight beyond the first", () => {
    const shares = shareTrainers(9, [claim("light", { weight: 1 }), claim("heavy", { weight: 2 })]);
    expect([shares.get("light"), shares.get("heavy")]).toEqual([3, 6]);
  });

  it("do not depend on the order in which searches are listed", () => {
    fc.assert(
      fc.property(fc.nat(40), claims, (limit, all) => {
        const there = shareTrainers(limit, all);
        const back = shareTrainers(limit, [...all].reverse());
        for (const { key } of all) expect(back.get(key)).toBe(there.get(key));
      }),
    );
  });
});
