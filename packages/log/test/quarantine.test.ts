import { silentRecorder } from "@bnas/telemetry";
import { describe, expect, it } from "vitest";
import { createLogger } from "../../telemetry/src/logging.js";
import { MOST_QUARANTINED, Quarantine } from "../src/quarantine.js";
import { type Unreadable, unreadable } from "../src/unreadable.js";

const bad = (sequence: number, subject = `bnas.search.s${sequence}.control.1`): Unreadable =>
  unreadable({ subject, sequence, data: Buffer.from("scribble") }, "not-json");

describe("the quarantine of a log", () => {
  it("counts each message once, however often it is read, by search and by reason", () => {
    const counted: unknown[] = [];
    const recorder = { ...silentRecorder, count: (...what: unknown[]) => void counted.push(what) };
    const quarantine = new Quarantine({ recorder });
    const heard: number[] = [];
    quarantine.listen(({ sequence }) => heard.push(sequence));
    const all = [bad(3, "bnas.search.a.control.1"), bad(5, "bnas.search.a.control.2"), bad(4, "bnas.search.b.x")];
    for (let turn = 0; turn < 3; turn++) for (const one of all) quarantine.setAside(one);
    expect([quarantine.count(), quarantine.count("a"), quarantine.count("b"), quarantine.count("c")]).toEqual([
      3, 2, 1, 0,
    ]);
    expect([...quarantine.counts()]).toEqual([["not-json", 3]]);
    expect(heard).toEqual([3, 5, 4]);
    expect(counted).toEqual(Array(3).fill(["bnas.facts.quarantined", 1, { "bnas.quarantine.reason": "not-json" }]));
  });

  it("keeps the text of 1,000 and the number of all, and writes no line for each of the others", () => {
    const lines: string[] = [];
    const logger = createLogger({ name: "test", level: "info", to: { write: (line) => void lines.push(line) } });
    const quarantine = new Quarantine({ logger });
    for (let sequence = 1; sequence <= 20_000; sequence++) quarantine.setAside(bad(sequence));
    expect(quarantine.list()).toHaveLength(MOST_QUARANTINED);
    expect(quarantine.count()).toBe(20_000);
    expect(lines).toHaveLength(MOST_QUARANTINED + 19);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ subject: "bnas.search.s1.control.1", text: "scribble" });
    for (let sequence = 1; sequence <= 20_000; sequence++) expect(quarantine.setAside(bad(sequence))).toBe(false);
  });

  it("frees the subjects of a search for its facts, also of a newer version, and leaves those of no fact and of what a newer version opened", async () => {
    const newer = { ...bad(4, "bnas.search.a.control.4"), reason: "newer-version" } as const;
    const opened = { ...bad(5, "bnas.search.a.opened"), reason: "newer-version" } as const;
    const there = [bad(1, "bnas.search.a.control.1"), bad(2, "bnas.search.a.nothing.of.ours"), newer, opened];
    const removed: number[] = [];
    const removal = {
      remove: async ({ sequence }: { sequence: number }) => removed.push(sequence) > 0,
      async *unreadable() {
        yield* there;
      },
    };
    const quarantine = new Quarantine({ removal });
    expect(await quarantine.clear("a")).toBeUndefined();
    expect(removed).toEqual([1, 4]);
    expect(quarantine.list().map(({ sequence, removed }) => [sequence, removed])).toEqual([
      [1, true],
      [2, false],
      [4, true],
      [5, false],
    ]);
  });

  it("names a message that may not be removed", async () => {
    const one = bad(1, "bnas.search.a.control.1");
    const removal = {
      remove: async () => false,
      async *unreadable() {
        yield one;
      },
    };
    expect(await new Quarantine({ removal }).clear("a")).toEqual(one);
    expect(await new Quarantine().clear("a")).toBeUndefined();
    expect(await new Quarantine().remove(one)).toBe(false);
  });

  it("lets go of a message that a person has seen, with its number", () => {
    const quarantine = new Quarantine();
    for (const number of [1, 2]) quarantine.setAside(bad(number, `bnas.search.a.control.${number}`));
    quarantine.forget({ subject: "bnas.search.a.control.1", sequence: 1 });
    expect(quarantine.list().map(({ sequence }) => sequence)).toEqual([2]);
    expect([quarantine.count("a"), quarantine.count()]).toEqual([1, 2]);
  });
});
