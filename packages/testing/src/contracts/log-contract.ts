import type { Appended, FactLog } from "@bnas/log";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { control, trained, withoutSequence } from "../build-facts.js";

/** What every log keeps of its facts. @param openEmpty a new, empty log */
export const logContract = (name: string, openEmpty: () => Promise<FactLog>): void => {
  const opened: FactLog[] = [];
  const open = async (): Promise<FactLog> => {
    const log = await openEmpty();
    opened.push(log);
    return log;
  };
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
  });

  describe(`${name}: append and read`, () => {
    it("gives back what was appended, in order, with sequences that rise", async () => {
      const log = await open();
      const facts = [control(3), control(1), trained(1), control(2)];
      for (const fact of facts) expect((await log.append(fact)).duplicate).toBe(false);
      const stored = await log.read(">");
      expect(stored.map(withoutSequence)).toEqual(facts);
      const sequences = stored.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    });

    it("keeps the first fact of a subject and gives it back as a duplicate, whatever the second says", async () => {
      const log = await open();
      const { stored } = await log.append(control(1, "search.paused"));
      expect(await log.append(control(1, "search.resumed"))).toEqual({ stored, duplicate: true });
      expect(await log.append(control(1, "search.paused"))).toEqual({ stored, duplicate: true });
      expect(await log.read(">")).toEqual([stored]);
    });

    it("lets one of many appends at once to a subject be the first", async () => {
      const log = await open();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => log.append(control(1, i % 2 === 0 ? "search.paused" : "search.resumed"))),
      );
      expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(answers.map(({ stored }) => JSON.stringify(stored))).size).toBe(1);
    });

    it("holds each subject once, in the order of its first append, however appends repeat and are ordered", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 20 }), async (numbers) => {
          const log = await open();
          for (const number of numbers) await log.append(control(number));
          expect((await log.read(">")).map(withoutSequence)).toEqual(
            [...new Set(numbers)].map((number) => control(number)),
          );
        }),
        { numRuns: 20 },
      );
    });

    it("reads by pattern, and after a sequence", async () => {
      const log = await open();
      await log.append(control(1, "search.paused", "a"));
      const { stored } = await log.append(control(1, "search.paused", "b"));
      await log.append(control(2, "search.paused", "a"));
      expect((await log.read("bnas.search.a.>")).map(withoutSequence)).toEqual([
        control(1, "search.paused", "a"),
        control(2, "search.paused", "a"),
      ]);
      expect((await log.read("bnas.search.*.control.1")).map(({ subject }) => subject)).toEqual([
        "bnas.search.a.control.1",
        "bnas.search.b.control.1",
      ]);
      expect((await log.read(">", stored.sequence)).map(withoutSequence)).toEqual([control(2, "search.paused", "a")]);
      expect(await log.read("bnas.search.c.>")).toEqual([]);
    });

    it("reads one subject, after a sequence too, and nothing by a pattern of no search", async () => {
      const log = await open();
      const { stored } = await log.append(control(1));
      await log.append(control(2));
      expect(await log.read(stored.subject)).toEqual([stored]);
      expect(await log.read(stored.subject, stored.sequence - 1)).toEqual([stored]);
      expect(await log.read(stored.subject, stored.sequence)).toEqual([]);
      expect(await log.read("bnas.search.s.opened")).toEqual([]);
      expect(await log.read("elsewhere.>")).toEqual([]);
    });

    it("gives every client the same fact of a subject, however appends repeat, differ, race and are ordered", async () => {
      const append = fc.record({
        number: fc.integer({ min: 1, max: 4 }),
        kind: fc.constantFrom("search.paused" as const, "search.resumed" as const),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(append, { maxLength: 5 }), { maxLength: 5 }), async (atOnce) => {
          const log = await open();
          const answers: Appended[] = [];
          for (const appends of atOnce) {
            answers.push(...(await Promise.all(appends.map(({ number, kind }) => log.append(control(number, kind))))));
          }
          const kept = await log.read(">");
          const subjects = kept.map(({ subject }) => subject);
          expect(subjects).toEqual([...new Set(subjects)]);
          for (const { stored } of answers) expect(kept).toContainEqual(stored);
          expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(kept.length);
        }),
        { numRuns: 20 },
      );
    });

    it("gives thousands of facts of one search among others, all and in order", async () => {
      const log = await open();
      const numbers = Array.from({ length: 2_500 }, (_, i) => i + 1);
      for (let from = 0; from < numbers.length; from += 250) {
        await Promise.all(
          numbers
            .slice(from, from + 250)
            .map((number) => log.append(control(number, "search.paused", number % 2 === 0 ? "even" : "odd"))),
        );
      }
      const all = await log.read(">");
      expect(all.map(({ sequence }) => sequence)).toEqual(all.map(({ sequence }) => sequence).sort((a, b) => a - b));
      expect(new Set(all.map(({ subject }) => subject)).size).toBe(numbers.length);
      expect(await log.read("bnas.search.even.>")).toEqual(all.filter(({ subject }) => subject.includes("even")));
    });

    it("refuses a fact that it could not give back, and continues", async () => {
      const log = await open();
      const { fact, ...rest } = trained(1);
      await expect(log.append({ ...rest, fact: { ...fact, loss: Number.NaN } as typeof fact })).rejects.toThrow("loss");
      await log.append(trained(1));
      expect((await log.read(">")).map(withoutSequence)).toEqual([trained(1)]);
    });

    it("keeps what was appended although the caller alters its object afterwards", async () => {
      const log = await open();
      const fact = control(1);
      await log.append(fact);
      Object.assign(fact, { subject: "altered" });
      expect((await log.read(">")).map(withoutSequence)).toEqual([control(1)]);
    });

    it("refuses appends when it is closed", async () => {
      const log = await open();
      await log.close();
      await expect(log.append(control(1))).rejects.toThrow("closed");
    });
  });

  describe(`${name}: watch`, () => {
    it("gives what there is after a sequence, then what comes, until the signal aborts", async () => {
      const log = await open();
      const stop = new AbortController();
      await log.append(control(1));
      const { stored } = await log.append(control(2));
      await log.append(control(3));
      const seen: string[] = [];
      for await (const { subject, sequence } of log.watch("bnas.search.s.control.*", {
        after: stored.sequence,
        signal: stop.signal,
      })) {
        expect(sequence).toBeGreaterThan(stored.sequence);
        seen.push(subject);
        if (seen.length === 1) await log.append(trained(1));
        if (seen.length === 1) await log.append(control(4));
        if (seen.length === 2) setTimeout(() => log.append(control(5)));
        if (seen.length === 3) stop.abort();
      }
      expect(seen).toEqual([3, 4, 5].map((number) => `bnas.search.s.control.${number}`));
    });

    it("waits for what is after a sequence that is not reached yet", async () => {
      const log = await open();
      const stop = new AbortController();
      const { stored } = await log.append(control(1));
      const watching = log.watch(">", { after: stored.sequence + 1, signal: stop.signal })[Symbol.asyncIterator]();
      const first = watching.next();
      await log.append(control(2));
      await log.append(control(3));
      expect((await first).value?.subject).toBe("bnas.search.s.control.3");
      stop.abort();
      expect((await watching.next()).done).toBe(true);
    });

    it("gives one subject to a reader that watches only that", async () => {
      const log = await open();
      const stop = new AbortController();
      const seen: string[] = [];
      setTimeout(async () => {
        await log.append(control(1));
        await log.append(control(2));
      });
      for await (const { subject } of log.watch("bnas.search.s.control.2", { signal: stop.signal })) {
        seen.push(subject);
        stop.abort();
      }
      expect(seen).toEqual(["bnas.search.s.control.2"]);
    });

    it("misses nothing and repeats nothing while facts come faster than they are read", async () => {
      const log = await open();
      const stop = new AbortController();
      const seen: number[] = [];
      const watching = (async () => {
        for await (const { sequence } of log.watch(">", { signal: stop.signal })) {
          seen.push(sequence);
          await new Promise((resolve) => setTimeout(resolve, seen.length % 3));
          if (seen.length === 30) stop.abort();
        }
      })();
      await Promise.all(Array.from({ length: 30 }, (_, i) => log.append(control(i + 1))));
      await watching;
      expect(seen).toEqual((await log.read(">")).map(({ sequence }) => sequence));
    });

    it("ends when nothing comes and the signal aborts, and when the log is closed", async () => {
      const log = await open();
      const stop = new AbortController();
      const drain = async (signal: AbortSignal) => {
        for await (const _ of log.watch(">", { signal }));
      };
      const stopped = drain(stop.signal);
      const closed = drain(new AbortController().signal);
      stop.abort();
      await stopped;
      await log.close();
      await closed;
    });
  });
};
