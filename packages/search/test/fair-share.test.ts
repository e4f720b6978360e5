import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Asking, admit, emptyQueue, type FairQueue } from "../src/index.js";

type Flow = { readonly id: string; readonly weight: number; readonly parallel: number; got: number; open: string[] };

/** Searches that always want more, on so many trainers that take jobs in their order. */
class Trainers {
  readonly flows: Flow[];
  queue: FairQueue = emptyQueue;
  readonly #slots: number;
  readonly #running: string[] = [];

  constructor(slots: number, flows: readonly { weight: number; parallel?: number }[]) {
    this.#slots = slots;
    this.flows = flows.map(({ weight, parallel = 1000 }, place) => this.flow(`s${place}`, weight, parallel));
  }

  flow(id: string, weight: number, parallel = 1000): Flow {
    return { id, weight, parallel, got: 0, open: [] };
  }

  asking(): Asking[] {
    return this.flows.map(({ id, weight, parallel, open }) => ({
      id,
      weight,
      wanted: parallel - open.length,
      open: open.length,
    }));
  }

  /** Ask for what may be asked for, then the oldest job is done. */
  step(): readonly string[] {
    const { admitted, queue } = admit(this.queue, this.asking(), this.#slots - this.#running.length);
    this.queue = queue;
    for (const id of admitted) {
      const flow = this.flows.find((one) => one.id === id);
      if (flow === undefined) throw new Error(`${id} was not asking`);
      flow.got++;
      flow.open.push(id);
      this.#running.push(id);
    }
    const done = this.#running.shift();
    this.flows.find(({ id }) => id === done)?.open.pop();
    return admitted;
  }
}

const weights = fc.array(fc.record({ weight: fc.integer({ min: 1, max: 1000 }) }), { minLength: 1, maxLength: 12 });
const slots = fc.integer({ min: 1, max: 16 });

describe("the share of a search", () => {
  it("is within one job of its weight at every moment, however many compete for however many trainers", () => {
    fc.assert(
      fc.property(slots, weights, (free, flows) => {
        const trainers = new Trainers(free, flows);
        const all = trainers.flows.reduce((sum, { weight }) => sum + weight, 0);
        for (let step = 0; step < 400; step++) {
          trainers.step();
          const given = trainers.flows.reduce((sum, { got }) => sum + got, 0);
          for (const { got, weight } of trainers.flows) {
            expect(Math.abs(got - (given * weight) / all)).toBeLessThanOrEqual(1 + 1e-6);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is within one job of its weight for those who come late too, counted from then on", () => {
    fc.assert(
      fc.property(
        slots,
        weights,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 1000 }),
        (free, flows, begun, weight) => {
          const trainers = new Trainers(free, flows);
          for (let step = 0; step < begun; step++) trainers.step();
          const before = trainers.flows.map(({ got }) => got);
          const late = trainers.flow("late", weight);
          trainers.flows.push(late);
          for (let step = 0; step < 300; step++) trainers.step();
          const all = trainers.flows.reduce((sum, flow) => sum + flow.weight, 0);
          const given = trainers.flows.reduce((sum, { got }, place) => sum + got - (before[place] ?? 0), 0);
          expect(Math.abs(late.got - (given * weight) / all)).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is never nothing: one that waits gets a job within one turn of all others", () => {
    fc.assert(
      fc.property(slots, weights, (free, flows) => {
        const trainers = new Trainers(free, [...flows, { weight: 1 }]);
        const all = trainers.flows.reduce((sum, { weight }) => sum + weight, 0);
        const last = trainers.flows.at(-1);
        let given = 0;
        while (last?.got === 0) given += trainers.step().length;
        expect(given).toBeLessThanOrEqual(all + free);
      }),
      { numRuns: 60 },
    );
  });
});

describe("jobs", () => {
  const asking = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom(..."abcdefgh"),
      weight: fc.integer({ min: 1, max: 1000 }),
      wanted: fc.nat(8),
      open: fc.nat(8),
    }),
    { selector: ({ id }) => id },
  );

  it("are asked for as long as there is room and one is wanted, and no more than are wanted", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(asking, fc.nat(10)), { maxLength: 20 }), (turns) => {
        let queue = emptyQueue;
        for (const [searches, free] of turns) {
          const answer = admit(queue, searches, free);
          queue = answer.queue;
          const wanted = searches.reduce((sum, search) => sum + search.wanted, 0);
          expect(answer.admitted).toHaveLength(Math.min(free, wanted));
          for (const { id, wanted } of searches) {
            expect(answer.admitted.filter((one) => one === id).length).toBeLessThanOrEqual(wanted);
          }
          expect(queue.due.size).toBe(searches.length);
        }
      }),
    );
  });

  it("of a search that trains one after another leave the rest to others, and it gets no more for having waited", () => {
    // Of weight 9 beside three of weight 1, on 4 trainers: it can use one of them.
    const trainers = new Trainers(4, [{ weight: 9, parallel: 1 }, { weight: 1 }, { weight: 1 }, { weight: 1 }]);
    for (let step = 0; step < 400; step++) trainers.step();
    const [heavy, ...others] = trainers.flows.map(({ got }) => got);
    for (const got of others) expect(Math.abs(got - (others[0] ?? 0))).toBeLessThanOrEqual(1);
    expect(heavy).toBeGreaterThan(95);
    // From now on it could use all of them: it gets its share, and not what it could not use before.
    const [widened, ...light] = trainers.flows;
    trainers.flows.splice(0, 1, { ...trainers.flow("s0", 9), got: widened?.got ?? 0, open: widened?.open ?? [] });
    const before = trainers.flows.map(({ got }) => got);
    for (let step = 0; step < 40; step++) trainers.step();
    const given = trainers.flows.map(({ got }, place) => got - (before[place] ?? 0));
    const all = given.reduce((sum, got) => sum + got, 0);
    expect(given[0]).toBeLessThanOrEqual((all * 9) / 12 + 2);
    expect(light.length).toBe(3);
  });
});
