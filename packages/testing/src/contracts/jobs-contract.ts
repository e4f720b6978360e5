import { fault, hasCode, retryLater } from "@bnas/errors";
import type { Jobs, RetryPolicy } from "@bnas/jobs";
import type { FactLog, Stored } from "@bnas/log";
import { afterEach, describe, expect, it } from "vitest";
import { cancelled, control, deleted, evaluated, evaluating, sampleOf, trained } from "../build-facts.js";

const policy: RetryPolicy = { maxAttempts: 3, maxDelayMs: 5 };

type LogWithJobs = { readonly log: FactLog; readonly jobs: Jobs };

/** What every queue of jobs keeps. @param openEmpty a new, empty log, and its jobs, tried again as this policy says */
export const jobsContract = (name: string, openEmpty: (policy: RetryPolicy) => Promise<LogWithJobs>): void => {
  const opened: FactLog[] = [];
  const open = async (tried = policy): Promise<LogWithJobs> => {
    const { log, jobs } = await openEmpty(tried);
    opened.push(log);
    return { log, jobs };
  };
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
  });

  describe(`${name}: work`, () => {
    it("shares jobs among workers: each is done once, none by two at once", async () => {
      const { log, jobs } = await open();
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
      const workers = [1, 2, 3].map(() => jobs.work(work, stop.signal));
      for (let sample = 1; sample <= 12; sample++) await log.append(trained(sample));
      await Promise.all(workers);
      expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    });

    it("hands out neither what is done nor what asks for nothing, oldest first", async () => {
      const { log, jobs } = await open();
      for (const fact of [evaluated(1), trained(1), control(1), trained(3), trained(2)]) await log.append(fact);
      const stop = new AbortController();
      const taken: number[] = [];
      await jobs.work(
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
      const { log, jobs } = await open();
      for (const fact of [trained(1, "b"), trained(1, "c"), trained(1, "a")]) await log.append(fact);
      const stop = new AbortController();
      const taken: string[] = [];
      await jobs.work(
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
      const { log, jobs } = await open();
      await log.append(trained(1));
      for (const name of ["evaluator", "auditor"]) {
        const stop = new AbortController();
        const handle = async () => stop.abort();
        await jobs.work(evaluating({ name, handle, result: () => "bnas.search.s.finished" }), stop.signal);
      }
    });

    it("does not fail a job whose result is there although its worker stumbled afterwards", async () => {
      const { log, jobs } = await open();
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      const taken: number[] = [];
      await jobs.work(
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
      const { log, jobs } = await open();
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      const taken: number[] = [];
      await jobs.work(
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
      const { log, jobs } = await open();
      for (const sample of [1, 2, 3]) await log.append(trained(sample));
      const stop = new AbortController();
      const attempts: number[] = [];
      await jobs.work(
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
      const { log, jobs } = await open({ maxAttempts: 3, maxDelayMs: 3_600_000 });
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      const attempts: number[] = [];
      await jobs.work(
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
      await jobs.work(evaluating({ handle: async () => next.abort() }), next.signal);
    });

    it("fails a job that was tried as often as the policy allows, and continues with the next", async () => {
      const { log, jobs } = await open();
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      const failed: unknown[] = [];
      let attempts = 0;
      await jobs.work(
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
      const { log, jobs } = await open();
      await log.append(trained(1));
      const stop = new AbortController();
      const failed: unknown[] = [];
      await jobs.work(
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

    it("rejects when a failure cannot be reported, and keeps the job for another worker", async () => {
      const { log, jobs } = await open();
      await log.append(trained(1));
      const broken = evaluating({
        handle: async () => {
          throw new Error("broken");
        },
        failed: async () => {
          throw new Error("disk full");
        },
      });
      await expect(jobs.work(broken, new AbortController().signal)).rejects.toThrow("disk full");
      const stop = new AbortController();
      await jobs.work(evaluating({ handle: async () => stop.abort() }), stop.signal);
    });

    it("gives a job back when the worker drains, without failing it and without counting the attempt", async () => {
      const { log, jobs } = await open();
      await log.append(trained(1));
      for (let turn = 0; turn < policy.maxAttempts + 1; turn++) {
        const stop = new AbortController();
        await jobs.work(
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
      await jobs.work(
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

    it("lets the job in progress finish while the worker drains", async () => {
      const { log, jobs } = await open();
      await log.append(trained(1));
      await log.append(trained(2));
      const stop = new AbortController();
      await jobs.work(
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

    it("stops the job in progress when its search ends, hands out no other of that search, and fails none", async () => {
      const { log, jobs } = await open();
      await log.append(trained(1, "ends"));
      await log.append(trained(2, "ends"));
      const stop = new AbortController();
      const taken: string[] = [];
      await jobs.work(
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
      const { log, jobs } = await open();
      const stop = new AbortController();
      const idle = evaluating({ handle: async () => {} });
      const stopped = jobs.work(idle, stop.signal);
      const closed = jobs.work(idle, new AbortController().signal);
      stop.abort();
      await stopped;
      await log.close();
      await closed;
    });
  });

  describe(`${name}: removing a search`, () => {
    it("ends its jobs: one in progress is stopped, no other is handed out, and none is failed", async () => {
      const { log, jobs } = await open();
      for (const fact of [trained(1, "a"), trained(2, "a")]) await log.append(fact);
      const stop = new AbortController();
      const taken: string[] = [];
      await jobs.work(
        evaluating({
          async handle({ subject }, { signal }) {
            taken.push(subject);
            if (taken.length === 2) return stop.abort();
            await log.remove((await log.append(deleted("a"))).stored);
            await log.append(trained(3, "a"));
            await log.append(trained(1, "b"));
            await new Promise((_, reject) => {
              if (signal.aborted) reject(new Error("stopped"));
              signal.addEventListener("abort", () => reject(new Error("stopped")));
            });
          },
        }),
        stop.signal,
      );
      expect(taken).toEqual([trained(1, "a").subject, trained(1, "b").subject]);
    });
  });
};
