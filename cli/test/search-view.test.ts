import { type Progress, Search, SearchState } from "@bnas/proto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STATE_NAMES, searchJson, searchLines, searchTable, stateName } from "../src/terminal/search-view.js";
import { table } from "../src/terminal/table.js";

const opened = Date.UTC(2026, 0, 2, 3, 4, 5);
const search = (change: Partial<Search> = {}, progress: Partial<Progress> = {}): Search =>
  Search.fromPartial({
    searchId: "one",
    spec: { preset: "smoke", seed: 7 },
    state: SearchState.SEARCH_STATE_RUNNING,
    createTime: new Date(opened),
    progress: { jobsDone: 3, jobsTotal: 26, rounds: 7, round: 1, candidates: 7, trainedSeconds: 75, ...progress },
    ...change,
  });
const lines = (one: Search) =>
  Object.fromEntries(searchLines(one, opened + 90_000).map((line) => line.split(/ {2,}(.*)/).slice(0, 2)));

describe("a search as `bnas get` shows it", () => {
  it("tells how far it is and what to do next", () => {
    expect(lines(search({}, { jobsOpen: 2, bestAccuracy: 0.5 }))).toEqual({
      search: "one",
      state: "running",
      asked: "strategy bnas, binarize weights, seed 7, shapes:",
      rounds: "1 of 7 done, 7 operations an edge left",
      jobs: "3 of 26 done, 2 in progress or waiting for a trainer",
      best: "a sample with an accuracy of 50.0 %",
      trained: "1 min 15 s, over all trainers",
      opened: "2026-01-02 03:04:05 UTC, 1 min 30 s ago",
      next: "bnas watch one",
    });
  });

  it("tells why it failed, and when it ended", () => {
    const failed = search({
      state: SearchState.SEARCH_STATE_FAILED,
      message: "the loss is not finite. Lower weights.rate",
      endTime: new Date(opened + 60_000),
    });
    expect(lines(failed)).toMatchObject({
      state: "failed: the loss is not finite. Lower weights.rate",
      ended: "2026-01-02 03:05:05 UTC, after 1 min 0 s",
      next: expect.stringMatching(/^bnas ledger one/),
    });
  });

  it("leaves out what a strategy does not have", () => {
    expect(Object.keys(lines(search({}, { jobsTotal: 0 })))).toEqual(["search", "state", "asked", "opened", "next"]);
    expect(lines(search({}, { rounds: 0 }))).not.toHaveProperty("rounds");
  });

  it("never has an age below zero, whatever the clocks say", () => {
    expect(searchLines(search(), opened - 5000).join("\n")).toMatch(/UTC, 0\.0 s ago/);
  });

  it("knows every state of the API by a name, and one of a newer mesh as unknown", () => {
    const states = Object.values(SearchState).filter((state) => typeof state === "number" && state > 0);
    expect(states.map((state) => stateName(state as SearchState))).toEqual(STATE_NAMES);
    expect(stateName(99 as SearchState)).toBe("unknown");
  });

  it("has a line for each finding of its verdict, once it has one", () => {
    const finding = {
      kind: "at-chance",
      seen: "All 57 samples are at chance.",
      means: "Noise.",
      next: "Train longer.",
    };
    const ended = search({ verdict: { kind: "at-chance", findings: [finding] } });
    expect(searchLines(ended, opened)).toContainEqual(
      expect.stringMatching(/^verdict +at-chance\. All 57 samples.* Noise\.$/),
    );
    expect(JSON.parse(searchJson(ended)).verdict).toEqual({ kind: "at-chance", findings: [finding] });
    expect(searchLines(search(), opened).join("\n")).not.toContain("verdict");
    expect(JSON.parse(searchJson(search())).verdict).toBeNull();
  });

  it("is one line of JSON with the complete spec", () => {
    const json = searchJson(search());
    expect(json).not.toContain("\n");
    expect(JSON.parse(json)).toMatchObject({
      type: "search",
      search: "one",
      state: "running",
      created: "2026-01-02T03:04:05.000Z",
      ended: null,
      progress: { jobsOpen: 0, trainedSeconds: 75 },
      spec: { seed: 7, weights: { momentum: 0.9 } },
    });
  });
});

describe("searches as `bnas list` shows them", () => {
  it("have a line each", () => {
    const random = search({ searchId: "drawn" }, { rounds: 0, jobsDone: 0, jobsTotal: 0 });
    expect(searchTable([search({}, { bestAccuracy: 0.625 }), random], opened + 3_600_000)).toEqual([
      "ID     STATE    ROUND  K  BEST    JOBS  AGE",
      "one    running  1/7    7  62.5 %  3/26  1 h 0 min",
      "drawn  running  -      -  -       0/0   1 h 0 min",
    ]);
  });
});

describe("a table", () => {
  it("begins every column at the same place, and has no blanks at the end of a line", () => {
    const word = fc.stringMatching(/^[a-z]{1,9}$/);
    const rows = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(word, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 9 }),
      );
    fc.assert(
      fc.property(rows, (cells) => {
        const printed = table(cells);
        for (const [column] of (cells[0] ?? []).entries()) {
          const start = startOf(cells, column);
          for (const [index, line] of printed.entries()) {
            expect(line.slice(start)).toMatch(new RegExp(`^${cells[index]?.[column]}( |$)`));
            expect(line).toBe(line.trimEnd());
          }
        }
      }),
    );
  });
});

/** Every column is as wide as its widest cell, with two blanks behind it. */
const startOf = (cells: readonly (readonly string[])[], column: number): number =>
  Array.from({ length: column }, (_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)) + 2).reduce(
    (sum, width) => sum + width,
    0,
  );
