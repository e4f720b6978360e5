import { type Lead, LeadAlone } from "@bnas/lead";
import { decisionContent, type Fact, parseSpec, record, type Spec, searchIdOf, stream, writerOf } from "@bnas/search";
import { silentLogger, silentRecorder } from "@bnas/telemetry";
import { simulatedAnswer } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Stored } from "../../../packages/log/src/fact-log.js";
import { MemoryLog } from "../../../packages/log/src/memory-log.js";
import { followSearches } from "../src/deciding/follow-searches.js";
import { Searches } from "../src/deciding/searches.js";
import { Quotas } from "../src/quotas/quotas.js";

const clock = () => new Date("2026-01-02T03:04:05.000Z");
const specOf = (given: object = {}): Spec => parseSpec({ preset: "smoke", ...given });
const isJob = ({ fact }: Stored): boolean => fact.kind === "epoch.requested" || fact.kind === "sample.requested";
const settled = async () => {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A pruner and an evaluator on a log, and trainers that take jobs in their order, when the test says so. */
const meshOf = async (
  searches: Readonly<Record<string, Spec>>,
  openJobs?: number,
  { owners = {}, jobs }: { readonly owners?: Readonly<Record<string, string>>; readonly jobs?: number } = {},
) => {
  const log = new MemoryLog();
  const stop = new AbortController();
  const { signal } = stop;
  const pruning = await Searches.open(log);
  const file = jobs === undefined ? undefined : { of: (owner: string) => (owner === "ada" ? { jobs } : {}) };
  const quotas = new Quotas(pruning, file, { logger: silentLogger, recorder: silentRecorder });
  const following = [
    followSearches(pruning, { writer: "pruner", clock, signal, openJobs, jobsLeft: (owner) => quotas.jobsLeft(owner) }),
    followSearches(await Searches.open(log), { writer: "evaluator", clock, signal }),
  ];
  const append = (id: string, fact: Fact) => log.append(record(id, fact, writerOf(fact.kind), clock().toISOString()));
  for (const [id, spec] of Object.entries(searches)) {
    const owner = owners[id];
    await append(id, { kind: "search.opened", spec, ...(owner === undefined ? {} : { owner }) });
  }
  let done = 0;
  const answer = async (stored: Stored) => {
    const answered = simulatedAnswer({ seed: 1 }, stored.fact);
    if (answered !== undefined) await append(searchIdOf(stored.subject), answered);
    if (answered?.kind === "sample.trained") {
      const { round, pass, sample } = answered;
      const correct = stream(1, "accuracy", round, pass, sample).below(100);
      const evaluated = { kind: "sample.evaluated", round, pass, sample, correct, total: 100, seconds: 0 } as const;
      await append(searchIdOf(stored.subject), evaluated);
    }
    await settled();
  };
  await settled();
  return {
    log,
    append,
    jobs: async () => (await log.read(">")).filter(isJob),
    /** Do what is not done: the oldest jobs. False: nothing is asked for. */
    async train(count: number): Promise<boolean> {
      for (let i = 0; i < count; i++) {
        const next = (await log.read(">")).filter((one) => isJob(one) || one.fact.kind === "pass.merge.requested")[
          done
        ];
        if (next === undefined) return false;
        done++;
        await answer(next);
      }
      return true;
    },
    async close() {
      stop.abort();
      await Promise.all(following);
    },
  };
};
type Mesh = Awaited<ReturnType<typeof meshOf>>;

const openNow = async ({ log }: Mesh): Promise<number> => {
  const facts = await log.read(">");
  const answers = new Set(facts.map(({ subject }) => subject));
  return facts.filter((one) => isJob(one) && !answers.has(one.subject.replace(/requested$/, "trained"))).length;
};
const jobsBy = async (mesh: Mesh): Promise<Readonly<Record<string, number>>> => {
  const count: Record<string, number> = {};
  for (const { subject } of await mesh.jobs()) count[searchIdOf(subject)] = (count[searchIdOf(subject)] ?? 0) + 1;
  return count;
};

/** Jobs that are asked for and not done, by search. */
const openBy = async ({ log }: Mesh): Promise<Readonly<Record<string, number>>> => {
  const facts = await log.read(">");
  const answers = new Set(facts.map(({ subject }) => subject));
  const counts: Record<string, number> = {};
  for (const one of facts) {
    if (!isJob(one) || answers.has(one.subject.replace(/requested$/, "trained"))) continue;
    const id = searchIdOf(one.subject);
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
};

/** A search that always wants to train one epoch more, and waits for no evaluation. */
const training = (given: object): Spec => specOf({ strategy: "pc-darts", warmup: { epochs: 90 }, ...given });

describe("jobs of searches that share the trainers", () => {
  it("are asked for by weight, within one job, and never more at a time than allowed", async () => {
    const mesh = await meshOf(
      { a: training({ weight: 1 }), b: training({ weight: 2, seed: 1 }), c: training({ weight: 3, seed: 2 }) },
      1,
    );
    for (let turn = 1; turn <= 30; turn++) {
      // The first was asked for when a was alone.
      const { a = 1, b = 0, c = 0 } = await jobsBy(mesh);
      expect(await openNow(mesh)).toBe(1);
      for (const [got, weight] of [
        [a - 1, 1],
        [b, 2],
        [c, 3],
      ] as const) {
        expect(Math.abs(got - ((a - 1 + b + c) * weight) / 6)).toBeLessThanOrEqual(1);
      }
      await mesh.train(1);
    }
    await mesh.close();
  });

  it("of one owner are never more at a time than its quota, with trainers of its own or shared; others have all of theirs", async () => {
    const searches = {
      a: specOf({ parallel: 4, warmup: { epochs: 1 } }),
      own: specOf({ parallel: 4, warmup: { epochs: 1 }, dedicated: true, seed: 1 }),
      bob: specOf({ parallel: 4, warmup: { epochs: 1 }, seed: 2 }),
    };
    const owners = { a: "ada", own: "ada", bob: "bob" };
    const mesh = await meshOf(searches, 100, { owners, jobs: 2 });
    let most = { ada: 0, bob: 0 };
    do {
      const { a = 0, own = 0, bob = 0 } = await openBy(mesh);
      most = { ada: Math.max(most.ada, a + own), bob: Math.max(most.bob, bob) };
    } while (await mesh.train(1));
    expect(most).toEqual({ ada: 2, bob: 4 });
    const ended = (await mesh.log.read(">")).filter(({ fact }) => fact.kind === "search.finished");
    expect(ended).toHaveLength(3);
    await mesh.close();
  });

  it("all come, and say what they say without a limit", async () => {
    const searches = {
      a: specOf({ parallel: 3 }),
      b: specOf({ seed: 1, weight: 5 }),
      c: specOf({ strategy: "pc-darts", seed: 2 }),
    };
    const contents = async (openJobs?: number) => {
      const mesh = await meshOf(searches, openJobs);
      while (await mesh.train(1));
      const facts = await mesh.log.read(">");
      await mesh.close();
      return new Set(facts.map(({ subject, fact }) => `${subject} ${JSON.stringify(decisionContent(fact))}`));
    };
    const free = await contents();
    expect([...free].filter((text) => text.includes(".finished"))).toHaveLength(3);
    for (const openJobs of [1, 2, 5]) expect(await contents(openJobs)).toEqual(free);
  });

  it("do not keep a search waiting that is alone: it asks for as many as it trains side by side", async () => {
    const mesh = await meshOf({ alone: specOf({ parallel: 4, warmup: { epochs: 1 } }) }, 1);
    await mesh.train(1);
    expect(await openNow(mesh)).toBe(4);
    await mesh.close();
  });

  it("leave a search alone that has trainers of its own", async () => {
    const mesh = await meshOf({ a: specOf({ weight: 9 }), b: specOf({ dedicated: true }), c: specOf({ seed: 3 }) }, 1);
    expect(await jobsBy(mesh)).toEqual({ a: 1, b: 1 });
    await mesh.close();
  });

  it("of a search that ends, or is paused, go to the others", async () => {
    for (const stop of [
      { kind: "search.cancelled", reason: "" },
      { kind: "search.paused", control: 1 },
    ] as const) {
      const mesh = await meshOf({ a: specOf({ weight: 1000 }), b: specOf() }, 1);
      expect(await jobsBy(mesh)).toEqual({ a: 1 });
      await mesh.append("a", stop);
      await settled();
      // A job of a paused search runs until it is done.
      if (stop.kind === "search.paused") await mesh.train(1);
      expect(await jobsBy(mesh)).toEqual({ a: 1, b: 1 });
      await mesh.close();
    }
  });

  it("come to a search that is opened late at once, whatever the others have had before", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(12), async (before) => {
        const mesh = await meshOf({ a: training({}), b: training({ seed: 1 }) }, 1);
        await mesh.train(before);
        await mesh.append("late", { kind: "search.opened", spec: training({ seed: 2 }) });
        await settled();
        await mesh.train(9);
        const { late = 0 } = await jobsBy(mesh);
        expect(late).toBeGreaterThanOrEqual(2);
        expect(late).toBeLessThanOrEqual(4);
        await mesh.close();
      }),
      { numRuns: 6 },
    );
  });
});

describe("deciding", () => {
  it("is done by who leads: others only follow, and take over where the first stopped", async () => {
    const log = new MemoryLog();
    const open = async () => {
      const stop = new AbortController();
      const searches = await Searches.open(log);
      return { stop, searches };
    };
    const [one, other] = [await open(), await open()];
    // As with a lease: the second waits until the first has stopped.
    let free: () => void = () => {};
    const first = new Promise<void>((resolve) => {
      free = resolve;
    });
    const second = await Searches.open(log);
    const waits: Lead["lead"] = (_, act, signal) => first.then(() => act(signal));
    const alone = new LeadAlone(log.live.closing);
    const a = followSearches(one.searches, {
      ...{ writer: "pruner", clock, signal: one.stop.signal },
      lead: (act, signal) => alone.lead("pruner", act, signal),
    });
    const b = followSearches(second, {
      ...{ writer: "pruner", clock, signal: other.stop.signal },
      lead: (act, signal) => waits("pruner", act, signal),
    });
    await log.append(record("s", { kind: "search.opened", spec: specOf() }, "pruner", clock().toISOString()));
    await settled();
    one.stop.abort();
    await a;
    const asked = (await log.read(">")).filter(isJob);
    expect(asked).toHaveLength(1);
    const answered = simulatedAnswer({ seed: 1 }, (asked[0] as Stored).fact) as Fact;
    await log.append(record("s", answered, "trainer", clock().toISOString()));
    await settled();
    expect((await log.read(">")).filter(isJob)).toHaveLength(1);
    expect(second.live()[0]?.search.jobsDone).toBe(1);
    free();
    await settled();
    expect((await log.read(">")).filter(isJob)).toHaveLength(2);
    other.stop.abort();
    await b;
  });

  it("stops with the fault of an append", async () => {
    const log = new MemoryLog();
    const searches = await Searches.open(log);
    const following = followSearches(searches, { writer: "pruner", clock, signal: new AbortController().signal });
    await log.append(record("s", { kind: "search.opened", spec: specOf() }, "pruner", clock().toISOString()));
    const failing = new Error("disk full");
    log.append = async () => {
      throw failing;
    };
    await expect(following).rejects.toBe(failing);
  });
});
