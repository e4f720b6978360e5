import type { FactLog, Stored } from "@bnas/log";
import { matches, type Recorded } from "@bnas/search";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { archived, cancelled, control, deleted, trained, withoutSequence } from "../build-facts.js";

/** What every log keeps of its last place and of removed searches. @param openEmpty a new, empty log */
export const removalContract = (name: string, openEmpty: () => Promise<FactLog>): void => {
  const opened: FactLog[] = [];
  const open = async (facts: readonly Recorded[] = []): Promise<FactLog> => {
    const log = await openEmpty();
    opened.push(log);
    for (const fact of facts) await log.append(fact);
    return log;
  };
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
  });
  const purge = async (log: FactLog, tombstone: Recorded): Promise<Stored> => {
    const { stored } = await log.append(tombstone);
    await log.remove(stored);
    return stored;
  };
  const subjectsIn = async (log: FactLog): Promise<readonly string[]> =>
    (await log.read(">")).map(({ subject }) => subject);

  describe(`${name}: the last sequence`, () => {
    it("is that of the last fact, 0 before the first", async () => {
      const log = await open();
      expect(await log.last()).toBe(0);
      for (const number of [1, 2, 3]) {
        const { stored } = await log.append(control(number));
        expect(await log.last()).toBe(stored.sequence);
      }
      expect((await log.append(control(1))).duplicate).toBe(true);
      expect(await log.last()).toBe((await log.read(">")).at(-1)?.sequence);
    });

    it("is where a watch begins that misses nothing of what a read begun later does not give", async () => {
      const log = await open([control(1), control(2)]);
      const after = await log.last();
      const { stored } = await log.append(control(3));
      const stop = new AbortController();
      for await (const seen of log.watch(">", { after, signal: stop.signal })) {
        expect(seen).toEqual(stored);
        stop.abort();
      }
    });
  });

  describe(`${name}: removing a search`, () => {
    it("leaves its tombstone and every other search, and may be done again", async () => {
      const log = await open([trained(1, "a"), trained(1, "b"), trained(2, "a"), cancelled("a"), trained(1, "ab")]);
      const tombstone = await purge(log, deleted("a"));
      const left = [trained(1, "b"), trained(1, "ab"), deleted("a")];
      expect((await log.read(">")).map(withoutSequence)).toEqual(left);
      expect(await log.read("bnas.search.a.>")).toEqual([tombstone]);
      expect(await log.read(trained(1, "a").subject)).toEqual([]);
      await log.remove(tombstone);
      expect((await log.read(">")).map(withoutSequence)).toEqual(left);
      const { stored } = await log.append(trained(2, "b"));
      expect(stored.sequence).toBeGreaterThan(tombstone.sequence);
      expect((await log.read(">")).at(-1)).toEqual(stored);
    });

    it("removes what comes after its tombstone too, when it is done again", async () => {
      const log = await open([trained(1, "a"), control(1)]);
      const tombstone = await purge(log, deleted("a"));
      for (const late of [trained(2, "a"), trained(1, "a"), cancelled("a")]) await log.append(late);
      await log.remove(tombstone);
      expect(await subjectsIn(log)).toEqual([control(1).subject, tombstone.subject]);
    });

    it("lets an archived search be deleted: one tombstone is left", async () => {
      const log = await open([trained(1, "a"), cancelled("a")]);
      await purge(log, archived("a"));
      expect(await subjectsIn(log)).toEqual([archived("a").subject]);
      const tombstone = await purge(log, deleted("a"));
      expect(await log.read(">")).toEqual([tombstone]);
    });

    it("keeps the deletion of a search that someone archives at the same moment", async () => {
      const log = await open([trained(1, "a"), cancelled("a")]);
      const first = await log.append(archived("a"));
      await log.append(deleted("a"));
      await log.remove(first.stored);
      expect(await log.read(deleted("a").subject)).toHaveLength(1);
    });

    it("refuses a fact that is no tombstone, or not of this log", async () => {
      const log = await open([trained(1, "a")]);
      const { stored } = await log.append(cancelled("a"));
      await expect(log.remove(stored)).rejects.toThrow("tombstone");
      await expect(log.remove({ ...deleted("a"), sequence: 1 })).rejects.toThrow("Append it first");
      expect(await log.read(">")).toHaveLength(2);
    });

    it("is not noticed by who watches others, and is known by its tombstone to who watches it", async () => {
      const log = await open([trained(1, "a"), trained(1, "b")]);
      const stop = new AbortController();
      const seen: string[] = [];
      for await (const { subject } of log.watch(">", { signal: stop.signal })) {
        seen.push(subject);
        if (seen.length === 2) {
          await purge(log, deleted("a"));
          await log.append(trained(2, "b"));
        }
        if (seen.length === 4) stop.abort();
      }
      expect(seen).toEqual([trained(1, "a"), trained(1, "b"), deleted("a"), trained(2, "b")].map((f) => f.subject));
    });

    it("gives by any pattern what reading all and choosing gives, whichever searches were removed", async () => {
      const patterns = [
        ">",
        "bnas.>",
        "bnas.search.>",
        "bnas.search.a.>",
        "bnas.search.*.control.1",
        "bnas.search.*.deleted",
      ];
      const more = ["bnas.search.b.control.*", "*.search.a.control.2", "bnas.search.*.round.>", "elsewhere.>"];
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 3 })), { maxLength: 12 }),
          fc.subarray(["a", "b", "c"]),
          fc.nat(15),
          async (facts, removed, after) => {
            const log = await open(facts.map(([search, number]) => control(number, "search.paused", search)));
            for (const search of removed) await purge(log, deleted(search));
            const all = await log.read(">");
            expect(all.filter(({ subject }) => removed.some((id) => subject.includes(`.${id}.`)))).toHaveLength(
              removed.length,
            );
            for (const pattern of [...patterns, ...more]) {
              const chosen = all.filter((fact) => matches(pattern, fact.subject) && fact.sequence > after);
              expect(await log.read(pattern, after)).toEqual(chosen);
            }
          },
        ),
        { numRuns: 12 },
      );
    });
  });
};
