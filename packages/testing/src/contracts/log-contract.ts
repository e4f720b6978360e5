import { fault, hasCode, retryLater } from "@bnas/errors";
import type { Appended, FactLog, RetryPolicy, Stored } from "@bnas/log";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { cancelled, control, evaluated, evaluating, sampleOf, trained, withoutSequence } from "../build-facts.js";

const policy: RetryPolicy = { maxAttempts: 3, maxDelayMs: 5 };

/** What every log keeps. @param openEmpty a new, empty log that tries jobs again as this policy says */
export function logContract(name: string, openEmpty: (policy: RetryPolicy) => Promise<FactLog>): void {
  const opened: FactLog[] = [];
  const open = async (tried = policy): Promise<FactLog> => {
    const log = await openEmpty(tried);
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

    it("gives everybody the same fact of a subject, however appends repeat, differ, race and are ordered", async () => {
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

    it("refuses a fact that it could not give back, and goes on", async () => {
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

    it("gives one subject to whoever watches only that", async () => {
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

  describe(`${name}: work`, () => {
    it("shares jobs among workers: each is done once, none by two at once", async () => {
      const log = await open();
      const stop = new AbortController();
      const done: number[] = [];
      const inHand = new Set<number>();
      const work = evaluating({
        async handle(stored) {
          const sample = sampleOf(stored);
          expect(inHand.has(sample)).toBe(false);
          inHand.add(sample);
          await new Promise((resolve) => setTimeout(resolve, sample % 3));
          await log.append(evaluated(sample));
          inHand.delete(sample);
          done.push(sample);
          if (done.length === 12) stop.abort();
        },
      });
      const workers = [1, 2, 3].map(() => log.work(work, stop.signal));
      for (let sample = 1; sample <= 12; sample++) await log.append(trained(sample));
      await Promise.all(workers);
      expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    });

    it("hands out neither what is done nor what asks for nothing, oldest first", async () => {
      const log = await open();
      for (const fact of [evaluated(1), trained(1), control(1), trained(3), trained(2)]) await log.append(fact);
      const stop = new AbortController();
      const taken: number[] = [];
      await log.work(
        evaluating({
          async handle(stored) {
            taken.push(sampleOf(stored));
            await log.append(evaluated(sampleOf(stored)));
            if (taken.length === 2) stop.abort();
          },
        }),
        stop.signal,
      );
      expect(taken).toEqual([3, 2]);
    });

    it("hands out the jobs of several patterns, oldest first", async () => {
      const log = await open();
      for (const fact of [trained(1, "b"), trained(1, "c"), trained(1, "a")]) await log.append(fact);
      const stop = new AbortController();
      const taken: string[] = [];
      await log.work(
        evaluating({
          pattern: ["bnas.search.a.round.*.pass.*.sample.*.trained", "bnas.search.b.>"],
          async handle({ subject }) {
            taken.push(subject);
            if (taken.length === 2) stop.abort();
          },
        }),
        stop.signal,
      );
      expect(taken).toEqual([trained(1, "b").subject, trained(1, "a").subject]);
    });

    it("hands a job out to each name of workers", async () => {
      const log = await open();
      await log.append(trained(1));
      for (const name of ["evaluator", "auditor"]) {
        const stop = new AbortController();
        const handle = async () => stop.abort();
        await log.work(evaluating({ name, handle, result: () => "bnas.search.s.finished" }), stop.signal);
      }
    });

    it("does not fail a job whose result is there although its worker stumbled afterwards", async () => {
      const log = await open();
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      const taken: number[] = [];
      await log.work(
        evaluating({
          async handle(stored) {
            taken.push(sampleOf(stored));
            await log.append(evaluated(sampleOf(stored)));
            if (taken.length === 2) stop.abort();
            throw new Error("stumbled");
          },
        }),
        stop.signal,
      );
      expect(taken).toEqual([1, 2]);
    });

    it("does not hand a job out again whose handler ended without a result", async () => {
      const log = await open();
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      const taken: number[] = [];
      await log.work(
        evaluating({
          async handle(stored) {
            taken.push(sampleOf(stored));
            if (sampleOf(stored) === 2) await log.append(trained(3));
            if (sampleOf(stored) === 3) stop.abort();
          },
        }),
        stop.signal,
      );
      expect(taken).toEqual([1, 2, 3]);
    });

    it("tries again on RETRY and on an unavailable service", async () => {
      const log = await open();
      for (const sample of [1, 2, 3]) await log.append(trained(sample));
      const stop = new AbortController();
      const attempts: number[] = [];
      await log.work(
        evaluating({
          async handle(stored) {
            const sample = sampleOf(stored);
            attempts.push(sample);
            const again = attempts.filter((tried) => tried === sample).length > 1;
            if (sample === 1 && !again) throw retryLater(1, "not yet");
            if (sample === 2 && !again) throw fault("UNAVAILABLE", "no dataset service", "");
            await log.append(evaluated(sample));
            if ((await log.read("bnas.search.s.round.1.pass.1.sample.*.evaluated")).length === 3) stop.abort();
          },
        }),
        stop.signal,
      );
      expect(attempts.sort()).toEqual([1, 1, 2, 2, 3]);
    });

    it("takes other jobs while one waits to be tried again, and leaves it to the next worker when it drains", async () => {
      const log = await open({ maxAttempts: 3, maxDelayMs: 3_600_000 });
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      const attempts: number[] = [];
      await log.work(
        evaluating({
          async handle(stored) {
            attempts.push(sampleOf(stored));
            if (sampleOf(stored) === 1) throw retryLater(3_600_000, "not within this hour");
            await log.append(evaluated(2));
            stop.abort();
          },
        }),
        stop.signal,
      );
      expect(attempts).toEqual([1, 2]);
      const next = new AbortController();
      await log.work(evaluating({ handle: async () => next.abort() }), next.signal);
    });

    it("fails a job that was tried as often as the policy allows, and goes on with the next", async () => {
      const log = await open();
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      const failed: unknown[] = [];
      let attempts = 0;
      await log.work(
        evaluating({
          async handle(stored) {
            if (sampleOf(stored) === 1) {
              attempts++;
              throw retryLater(1, "never");
            }
            await log.append(evaluated(2));
          },
          async failed(stored, error) {
            failed.push([sampleOf(stored), hasCode(error, "RETRY") ? error.message : error]);
            stop.abort();
          },
        }),
        stop.signal,
      );
      expect(attempts).toBe(policy.maxAttempts);
      expect(failed).toEqual([[1, "never"]]);
      expect(await log.read("bnas.search.s.round.1.pass.1.sample.2.evaluated")).toHaveLength(1);
    });

    it("fails a job at once on any other error", async () => {
      const log = await open();
      await log.append(trained(1));
      const stop = new AbortController();
      const failed: unknown[] = [];
      await log.work(
        evaluating({
          handle: async () => {
            throw new Error("broken");
          },
          failed: async (_, error) => {
            failed.push(error);
            stop.abort();
          },
        }),
        stop.signal,
      );
      expect(failed).toEqual([new Error("broken")]);
    });

    it("rejects when a failure cannot be told, and keeps the job for another worker", async () => {
      const log = await open();
      await log.append(trained(1));
      const broken = evaluating({
        handle: async () => {
          throw new Error("broken");
        },
        failed: async () => {
          throw new Error("disk full");
        },
      });
      await expect(log.work(broken, new AbortController().signal)).rejects.toThrow("disk full");
      const stop = new AbortController();
      await log.work(evaluating({ handle: async () => stop.abort() }), stop.signal);
    });

    it("gives a job back when the worker drains, without failing it and without counting the attempt", async () => {
      const log = await open();
      await log.append(trained(1));
      for (let turn = 0; turn < policy.maxAttempts + 1; turn++) {
        const stop = new AbortController();
        await log.work(
          evaluating({
            handle: (_, { signal }) =>
              new Promise((_, reject) => {
                signal.addEventListener("abort", () => reject(new Error("stopped")));
                stop.abort();
              }),
          }),
          stop.signal,
        );
      }
      const stop = new AbortController();
      const taken: Stored[] = [];
      await log.work(
        evaluating({
          async handle(stored) {
            taken.push(stored);
            if (taken.length < policy.maxAttempts) throw retryLater(1, "not yet");
            await log.append(evaluated(1));
            stop.abort();
          },
        }),
        stop.signal,
      );
      expect(taken.map(sampleOf)).toEqual(Array.from({ length: policy.maxAttempts }, () => 1));
    });

    it("lets the job in hand finish while the worker drains", async () => {
      const log = await open();
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      await log.work(
        evaluating({
          async handle(stored) {
            stop.abort();
            await new Promise((resolve) => setTimeout(resolve, 5));
            await log.append(evaluated(sampleOf(stored)));
          },
        }),
        stop.signal,
      );
      expect(await log.read("bnas.search.s.round.1.pass.1.sample.*.evaluated")).toHaveLength(1);
    });

    it("stops the job in hand when its search ends, hands out no other of that search, and fails none", async () => {
      const log = await open();
      await log.append(trained(1, "ends"));
      await log.append(trained(2, "ends"));
      const stop = new AbortController();
      const taken: string[] = [];
      await log.work(
        evaluating({
          async handle({ subject }, { signal }) {
            taken.push(subject);
            if (taken.length === 2) return stop.abort();
            await log.append(cancelled("ends"));
            await log.append(trained(3, "ends"));
            await log.append(trained(1, "lives"));
            await new Promise((_, reject) => {
              if (signal.aborted) reject(new Error("stopped"));
              signal.addEventListener("abort", () => reject(new Error("stopped")));
            });
          },
        }),
        stop.signal,
      );
      expect(taken).toEqual([trained(1, "ends").subject, trained(1, "lives").subject]);
    });

    it("ends at once when there is nothing to do and the signal aborts, and when the log is closed", async () => {
      const log = await open();
      const stop = new AbortController();
      const idle = evaluating({ handle: async () => {} });
      const stopped = log.work(idle, stop.signal);
      const closed = log.work(idle, new AbortController().signal);
      stop.abort();
      await stopped;
      await log.close();
      await closed;
    });
  });
}
