import { type Recorded, record, subjectOf } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { SearchVersions } from "../src/index.js";

const TIME = "2026-01-02T03:04:05.000Z";
const opened = (search: string): Recorded => ({
  ...record(search, { kind: "search.archived", blob: "a".repeat(64), facts: 1 } as never, "pruner", TIME),
  version: 1,
  subject: subjectOf(search, { kind: "search.opened" }),
});
const paused = (search: string): Recorded => ({
  ...record(search, { kind: "search.paused", control: 1 }, "pruner", TIME),
  version: 2,
});
const archived = (search: string): Recorded => ({ ...opened(search), subject: `bnas.search.${search}.archived` });

/** The facts that a log has, and how often it was read. */
const logOf = (...facts: readonly Recorded[]) => {
  const asked: string[] = [];
  const read = async (pattern: string) => {
    asked.push(pattern);
    return facts.filter(
      ({ subject }) => pattern === subject || (pattern.endsWith(">") && subject.startsWith(pattern.slice(0, -1))),
    );
  };
  return { asked, versions: new SearchVersions(read) };
};

describe("the version of a search", () => {
  it("is that of the fact that opened it, for all that a newer service writes into it, and is looked up once", async () => {
    const { versions, asked } = logOf(opened("a"));
    expect(await versions.asOpened(paused("a"))).toEqual({ ...paused("a"), version: 1 });
    expect(await versions.asOpened(paused("a"))).toMatchObject({ version: 1 });
    expect(asked).toEqual(["bnas.search.a.opened"]);
  });

  it("is that of its tombstone when it has left the log", async () => {
    const { versions } = logOf(archived("a"));
    expect(await versions.asOpened(paused("a"))).toMatchObject({ version: 1 });
  });

  it("is not asked for by the oldest version", async () => {
    const { versions, asked } = logOf(opened("a"));
    const first = { ...paused("a"), version: 1 };
    expect(await versions.asOpened(first)).toBe(first);
    expect(asked).toEqual([]);
  });
});
