import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wantedTrainers } from "../src/plan/wanted-trainers.js";
import { progress } from "./build-observed.js";

const bounds = { min: 0, max: 8, startSeconds: 30 };

describe("the trainers that a search has work for", () => {
  it("are as many as its open jobs, within trainers.min and trainers.max", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(8), fc.nat(8), (jobsOpen, one, other) => {
        const [min, max] = [Math.min(one, other), Math.max(one, other)];
        const wanted = wantedTrainers(progress({ jobsOpen }), { min, max, startSeconds: 0 });
        expect(wanted).toBe(Math.max(min, Math.min(max, jobsOpen)));
      }),
    );
  });

  it("are only as many as have longer work than a trainer takes to start, by what jobs took so far", () => {
    // 10 jobs in 100 s, 7 left: 70 s of work are worth two trainers that start in 30 s.
    const late = progress({ jobsDone: 10, jobsTotal: 17, trainedSeconds: 100, jobsOpen: 4 });
    expect(wantedTrainers(late, bounds)).toBe(2);
    expect(wantedTrainers({ ...late, jobsTotal: 11, jobsOpen: 1 }, bounds)).toBe(1);
  });

  it("are as many as the open jobs while no one knows how long a job takes", () => {
    expect(wantedTrainers(progress({ jobsDone: 0, trainedSeconds: 0, jobsOpen: 4 }), bounds)).toBe(4);
  });
});
