import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena } from "../src/arena.js";

describe("an arena", () => {
  it("never lends a byte twice at a time, whatever is taken and given back", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), fc.nat(9))), (turns) => {
        const arena = new Arena(16);
        const held: { readonly at: number; readonly bytes: number }[] = [];
        for (const [bytes, turn] of turns) {
          const given = turn < 4 ? held.splice(turn % Math.max(1, held.length), 1)[0] : undefined;
          if (given !== undefined) arena.give(given.at);
          else {
            const at = arena.take(bytes);
            expect(at % 16).toBe(0);
            for (const other of held) expect(at + bytes <= other.at || other.at + other.bytes <= at).toBe(true);
            held.push({ at, bytes });
          }
          expect(arena.bytes).toBeGreaterThanOrEqual(Math.max(0, ...held.map((one) => one.at + one.bytes)));
        }
      }),
    );
  });

  it("uses what was given back before it grows", () => {
    const arena = new Arena(0);
    const pieces = [100, 200, 300].map((bytes) => arena.take(bytes));
    const { bytes } = arena;
    for (const at of pieces) arena.give(at);
    expect(arena.take(700)).toBe(0);
    expect(arena.bytes).toBe(bytes);
  });

  it("keeps what is kept: that is never lent again", () => {
    const arena = new Arena(0);
    arena.give(arena.take(1000));
    expect(arena.keep(10)).toBeGreaterThanOrEqual(1000);
  });
});
