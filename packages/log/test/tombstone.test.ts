import { archived, cancelled, control, deleted } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../src/memory-log.js";
import { deletedSubject, isTombstoneSubject, saysEnded, standingTombstone, tombstonesOf } from "../src/tombstone.js";

const fill = async (...facts: Parameters<MemoryLog["append"]>[0][]) => {
  const log = new MemoryLog();
  const stored = [];
  for (const fact of facts) stored.push((await log.append(fact)).stored);
  return { log, stored };
};

describe("the tombstones of searches", () => {
  it("are one of each search that has one: that it was deleted outranks that it was archived, in whatever order", () => {
    const facts = [control(1), archived("a"), deleted("a"), deleted("b"), archived("b"), archived("c"), cancelled("d")];
    const kinds = [...tombstonesOf(facts)].map(([id, { fact }]) => [id, fact.kind]);
    expect(kinds).toEqual([
      ["a", "search.deleted"],
      ["b", "search.deleted"],
      ["c", "search.archived"],
    ]);
  });

  it("are known by their subjects alone, as is every end of a search", () => {
    const subjects = [archived(), deleted(), cancelled(), control(1)].map(({ subject }) => subject);
    expect(subjects.map(isTombstoneSubject)).toEqual([true, true, false, false]);
    expect(subjects.map(saysEnded)).toEqual([true, true, true, false]);
    expect(["bnas.search.s.later", "elsewhere"].map((one) => [isTombstoneSubject(one), saysEnded(one)])).toEqual([
      [false, false],
      [false, false],
    ]);
    expect(deletedSubject("s")).toBe(deleted().subject);
  });
});

describe("the tombstone that a search is removed for", () => {
  it("is the one in the log, or the deleted that outranks it", async () => {
    const alone = await fill(archived());
    const [only] = alone.stored;
    if (only === undefined) throw new Error("nothing was appended");
    expect(await standingTombstone(alone.log, only)).toEqual(only);
    const both = await fill(archived(), deleted());
    const [archive, end] = both.stored;
    if (archive === undefined || end === undefined) throw new Error("nothing was appended");
    expect(await standingTombstone(both.log, archive)).toEqual(end);
    expect(await standingTombstone(both.log, end)).toEqual(end);
  });

  it("is refused when it is not in the log, is in another, or is no tombstone", async () => {
    const { log, stored } = await fill(control(1), archived());
    const refused = { code: "INVALID_INPUT", path: ["tombstone"] };
    for (const other of [{ ...deleted(), sequence: 2 }, { ...archived("t"), sequence: 1 }, ...stored.slice(0, 1)]) {
      await expect(standingTombstone(log, other)).rejects.toMatchObject(refused);
    }
    const later = await fill(control(1), deleted());
    await expect(standingTombstone(later.log, { ...deleted(), sequence: 1 })).rejects.toMatchObject(refused);
  });
});
