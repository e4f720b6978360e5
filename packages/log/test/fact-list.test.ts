import { matches } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FactList, type Listed } from "../src/fact-list.js";

const ids = fc.constantFrom("a", "b", "c");
const tail = fc.constantFrom("opened", "finished", "round.1.scored", "round.2.scored", "control.1");
const subjects = fc.uniqueArray(
  fc.tuple(ids, tail).map(([id, rest]) => `bnas.search.${id}.${rest}`),
  { maxLength: 12 },
);
const token = fc.constantFrom("bnas", "search", "a", "b", "round", "1", "opened", "scored", "*");
const patterns = fc.oneof(
  fc
    .tuple(fc.constantFrom("a", "b", "d", "*"), fc.oneof(tail, fc.constantFrom(">", "*", "round.*.scored", "round.>")))
    .map(([id, rest]) => `bnas.search.${id}.${rest}`),
  fc.constantFrom(">", "bnas.>", "bnas.search.>", "*.search.a.opened", "bnas.*.a.opened", "bnas.search.a"),
  fc
    .tuple(fc.array(token, { minLength: 1, maxLength: 6 }), fc.boolean())
    .map(([tokens, open]) => [...tokens, ...(open ? [">"] : [])].join(".")),
);

const listOf = (all: readonly string[]): FactList => {
  const list = new FactList();
  for (const [i, subject] of all.entries()) list.add({ subject, sequence: 2 * i + 1 });
  return list;
};

/** Settles like the promise, or is "waiting" when everything else has run for a while. */
const stateOf = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => "done"), new Promise((resolve) => setImmediate(resolve, "waiting"))]);

describe("a list of facts", () => {
  it("reads, for any pattern and sequence, exactly what matches and comes after, in order", () => {
    fc.assert(
      fc.property(subjects, patterns, fc.nat({ max: 30 }), (all, pattern, after) => {
        const wanted: readonly Listed[] = all.map((subject, i) => ({ subject, sequence: 2 * i + 1 }));
        expect(listOf(all).read(pattern, after)).toEqual(
          wanted.filter(({ subject, sequence }) => sequence > after && matches(pattern, subject)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("takes the first fact of a subject, and says of the second that it did not", () => {
    const list = new FactList();
    expect(list.add({ subject: "bnas.search.a.opened", sequence: 3 })).toBe(true);
    expect(list.add({ subject: "bnas.search.a.opened", sequence: 4 })).toBe(false);
    expect(list.length).toBe(1);
    expect(list.read(">", 0)).toEqual([{ subject: "bnas.search.a.opened", sequence: 3 }]);
  });

  it("keeps one fact of a search whose others are removed, and every fact of other searches in its place", () => {
    const list = listOf([
      "bnas.search.a.opened",
      "bnas.search.b.opened",
      "bnas.search.a.deleted",
      "bnas.search.a.finished",
    ]);
    list.removeAllBut({ subject: "bnas.search.a.deleted", sequence: 5 });
    expect(list.read(">", 0).map(({ sequence }) => sequence)).toEqual([3, 5]);
    expect(list.of("a").map(({ sequence }) => sequence)).toEqual([5]);
    expect([list.get("bnas.search.a.opened"), list.last, list.length]).toEqual([undefined, 5, 4]);
    expect(list.from(2).map(({ sequence }) => sequence)).toEqual([5]);
  });

  it("has 0 as the sequence of the last fact where there is none", () => {
    expect(new FactList().last).toBe(0);
  });

  it("lets a reader wait until it is woken, once or by a signal, and not at all when it is newer", async () => {
    const list = new FactList();
    const stop = new AbortController();
    const { version } = list;
    const [woken, stopped] = [list.change(version, stop.signal), list.change(version, new AbortController().signal)];
    expect(await stateOf(woken)).toBe("waiting");
    stop.abort();
    expect(await stateOf(woken)).toBe("done");
    expect(await stateOf(stopped)).toBe("waiting");
    list.wake();
    expect(await stateOf(stopped)).toBe("done");
    expect(list.version).toBeGreaterThan(version);
    expect(await stateOf(list.change(version, new AbortController().signal))).toBe("done");
    expect(await stateOf(list.change(list.version, stop.signal))).toBe("done");
  });
});
