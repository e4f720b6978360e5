import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FAILED_REST, isLive, planTrainers, type TrainersNow } from "../src/trainer/plan-trainers.js";
import type { Trainer } from "../src/trainer/trainer-state.js";
import { now, template, trainer } from "./build-observed.js";

const someTrainers = (max: number) =>
  fc.uniqueArray(fc.nat(max - 1), { maxLength: max }).chain((slots) =>
    fc.tuple(
      ...slots.map((slot) =>
        fc
          .record({
            state: fc.constantFrom<Trainer["state"]>("queued", "starting", "running", "done", "failed", "leaving"),
            template: fc.constantFrom(template, "yesterdays"),
            since: fc.integer({ min: now - 2 * FAILED_REST, max: now }),
          })
          .map((change) => trainer(slot, change)),
      ),
    ),
  );

/** Anything that may be seen of the trainers of a search. */
const anything: fc.Arbitrary<TrainersNow> = fc.integer({ min: 1, max: 8 }).chain((max) =>
  fc.record({
    trainers: someTrainers(8),
    template: fc.constant(template),
    wanted: fc.nat(max),
    min: fc.constant(0),
    max: fc.constant(max),
    share: fc.nat(8),
    free: fc.nat(8),
    jobsOpen: fc.nat(8),
    surplusLasts: fc.boolean(),
    now: fc.constant(now),
  }),
);

const live = ({ trainers }: TrainersNow) => trainers.filter(isLive);

describe("the plan of the trainers of a search", () => {
  it("never has more of them than trainers.max, its share, and what is free, those that are leaving counted", () => {
    fc.assert(
      fc.property(anything, (seen) => {
        const { make } = planTrainers(seen);
        expect(make.length).toBeLessThanOrEqual(seen.free);
        if (make.length === 0) return;
        const places = new Set([...seen.trainers.map(({ slot }) => slot), ...make]);
        for (const slot of make) {
          expect(slot).toBeLessThan(seen.max);
          expect(seen.trainers.some((one) => one.slot === slot)).toBe(false);
        }
        expect([...places].filter((slot) => slot < seen.max).length).toBeLessThanOrEqual(seen.max);
        expect(live(seen).length + make.length).toBeLessThanOrEqual(
          Math.max(seen.share + live(seen).filter((one) => one.template !== template).length, live(seen).length),
        );
      }),
    );
  });

  it("takes no running trainer of today's template while a job is open, unless its place is another search's or above max", () => {
    fc.assert(
      fc.property(anything, (seen) => {
        fc.pre(seen.jobsOpen > 0 && live(seen).length <= Math.min(seen.share, seen.max));
        const { remove } = planTrainers(seen);
        const taken = seen.trainers.filter(({ name }) => remove.includes(name));
        expect(taken.filter((one) => one.state === "running" && one.template === template)).toEqual([]);
      }),
    );
  });

  it("comes to rest: once done, there is nothing to do", () => {
    fc.assert(
      fc.property(anything, (seen) => {
        let trainers = seen.trainers.filter(({ state }) => state !== "leaving");
        for (let turn = 0; turn < 3; turn++) {
          const { make, remove } = planTrainers({ ...seen, free: 8, trainers });
          trainers = [...trainers.filter(({ name }) => !remove.includes(name)), ...make.map((slot) => trainer(slot))];
        }
        expect(planTrainers({ ...seen, free: 8, trainers })).toEqual({ make: [], remove: [] });
      }),
    );
  });

  it("leaves one trainer a slot, the oldest, though two operators at once have made two", () => {
    fc.assert(
      fc.property(anything, fc.nat(7), (seen, slot) => {
        const two = [1, 2].map((age) => trainer(slot, { name: `first-${slot}-${age}`, since: now - age }));
        const others = seen.trainers.filter((one) => one.slot !== slot);
        const { remove } = planTrainers({ ...seen, trainers: [...others, ...two], wanted: 8, max: 8, share: 8 });
        expect(remove.filter((name) => two.some((one) => one.name === name))).toEqual([`first-${slot}-1`]);
      }),
    );
  });

  it("removes a trainer that has ended, and one that gave up when it has rested", () => {
    const seen: TrainersNow = {
      trainers: [
        trainer(0, { state: "done" }),
        trainer(1, { state: "failed", since: now - FAILED_REST }),
        trainer(2, { state: "failed", since: now - FAILED_REST + 1 }),
      ],
      template,
      wanted: 0,
      min: 0,
      max: 4,
      share: 4,
      free: 4,
      jobsOpen: 0,
      surplusLasts: false,
      now,
    };
    expect(planTrainers(seen).remove.map((name) => name.at(-1))).toEqual(["0", "1"]);
  });
});
