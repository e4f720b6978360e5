import { appendFileSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { type RunnerTestCase, type RunnerTestFile, TestRunner } from "vitest";
import { SWITCH } from "./instrument.js";
import type { Order, Report } from "./orders.js";

// Runs in the process of the tests, in place of vitest's own runner. One start of a test file tries many mutants: every test is
// run once as it is, to see which mutants its body meets, and then once more for each of them that is not killed yet.

/** Switches met in a trial, as a multiple of what the test meets without a mutant: more is an endless loop. */
const ENDLESS = 30;
const ENDLESS_LEAST = 100_000;

/** Time of a trial, as a multiple of what the test took without a mutant; at least `TRIAL_MS`. */
const SLOW = 3;
const TRIAL_MS = 5_000;

const realSetTimeout = setTimeout;
/** Tests may put a clock of their own in the place of this one. */
const realNow = performance.now.bind(performance);

/** The active mutant, 0 is none, and what the code under test meets. */
const now = { active: 0, met: new Set<number>(), isWatching: true, count: 0, limit: Number.POSITIVE_INFINITY };

Reflect.set(globalThis, SWITCH, (id: number): boolean => {
  if (now.isWatching) now.met.add(id);
  now.count++;
  if (now.active !== 0 && now.count > now.limit) throw new Error("an endless loop, which the mutant made");
  return now.active === id;
});

// Every run tries the same examples, and a mutant is killed by the first that fails: the smallest is for people.
fc.configureGlobal({ seed: 1, endOnFailure: true });

/** What one trial may take: switches met, and milliseconds. */
type Most = { readonly limit: number; readonly ms: number };

type Outcome = "passed" | "failed" | "time-out";

/** What stands around a test: after one trial, and before the next. */
const refresh = async (test: RunnerTestCase): Promise<void> => {
  const suites = [];
  for (let suite = test.suite; suite !== undefined; suite = suite.suite) suites.push(suite);
  const around = [...new Set([...suites, test.file])].map((suite) => ({
    suite,
    hooks: TestRunner.getSuiteHooks(suite),
  }));
  for (const { suite, hooks } of around) {
    for (const hook of [...hooks.afterEach].reverse()) await hook(test.context, suite);
  }
  for (const { suite, hooks } of around.reverse()) {
    for (const hook of hooks.beforeEach) await hook(test.context, suite);
  }
};

export default class MutantRunner extends TestRunner {
  readonly #order: Order = JSON.parse(readFileSync(process.env.BNAS_MUTATION_ORDER ?? "", "utf8"));
  readonly #left = new Set(this.#order.kind === "try" ? this.#order.mutants : []);
  #outside = new Set<number>();

  onBeforeCollect(): void {
    Object.assign(now, { active: this.#order.kind === "run" ? this.#order.mutant : 0, count: 0, met: new Set() });
    now.isWatching = this.#order.kind === "cover";
    now.limit = this.#order.kind === "run" ? this.#order.limit : Number.POSITIVE_INFINITY;
  }

  onBeforeRunFiles(files?: RunnerTestFile[]): void {
    if (this.#order.kind !== "cover") return;
    for (const { filepath } of files ?? [])
      this.#say({ kind: "imported", file: filepath, mutants: [...now.met], count: now.count });
    now.met = new Set();
    now.count = 0;
  }

  async runTask(test: RunnerTestCase): Promise<void> {
    const body = TestRunner.getTestFn(test);
    const run = async () => {
      await refresh(test);
      await body();
    };
    if (this.#order.kind === "run") return body();
    for (const id of now.met) this.#outside.add(id);
    Object.assign(now, { met: new Set(), isWatching: true, count: 0 });
    const begun = realNow();
    await body();
    const [met, count, ms] = [now.met, now.count, realNow() - begun];
    Object.assign(now, { met: new Set(), isWatching: this.#order.kind === "cover" });
    if (this.#order.kind === "cover") {
      this.#say({ kind: "covered", file: test.file.filepath, test: test.fullTestName, mutants: [...met], ms, count });
    } else {
      await this.#try(run, test.fullTestName, met, {
        limit: Math.max(count * ENDLESS, ENDLESS_LEAST),
        ms: Math.max(ms * SLOW, TRIAL_MS),
      });
    }
  }

  override onAfterRunFiles(files?: RunnerTestFile[]): void {
    for (const id of now.met) this.#outside.add(id);
    for (const { filepath } of files ?? []) {
      if (this.#order.kind === "cover")
        this.#say({ kind: "outside", file: filepath, mutants: [...this.#outside], count: now.count });
    }
    super.onAfterRunFiles();
  }

  async #try(run: () => Promise<void>, test: string, met: ReadonlySet<number>, most: Most): Promise<void> {
    const mutants = [...met].filter((id) => this.#left.has(id));
    for (const [at, id] of mutants.entries()) {
      this.#say({ kind: "begun", mutant: id, test });
      let outcome = await this.#outcome(run, id, most);
      if (outcome === "passed") continue;
      // Did the mutant fail the test, or what a mutant before it had left behind? The test must pass without a mutant.
      if ((await this.#outcome(run, 0, most)) !== "passed") {
        if (!(await this.#recovers(run, most))) {
          for (const one of mutants.slice(at)) this.#say({ kind: "upset", mutant: one, test });
          return;
        }
        outcome = await this.#outcome(run, id, most);
        if (outcome === "passed") continue;
        await this.#recovers(run, most);
      }
      this.#left.delete(id);
      this.#say({ kind: "killed", mutant: id, test, isTimeOut: outcome === "time-out" });
    }
  }

  /** Whether a test passes again, some time after a mutant: what it had begun may have run on for a while. */
  async #recovers(run: () => Promise<void>, most: Most): Promise<boolean> {
    for (const ms of [20, 100, 500]) {
      await new Promise((resolve) => realSetTimeout(resolve, ms));
      if ((await this.#outcome(run, 0, most)) === "passed") return true;
    }
    return false;
  }

  async #outcome(run: () => Promise<void>, active: number, { limit, ms }: Most): Promise<Outcome> {
    Object.assign(now, { active, count: 0, limit });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Outcome>((resolve) => {
      timer = realSetTimeout(resolve, ms, "time-out");
    });
    const tried = run().then(
      (): Outcome => "passed",
      (): Outcome => "failed",
    );
    const outcome = await Promise.race([tried, late]);
    clearTimeout(timer);
    now.active = 0;
    return outcome;
  }

  #say(report: Report): void {
    appendFileSync(this.#order.reports, `${JSON.stringify(report)}\n`);
  }
}
