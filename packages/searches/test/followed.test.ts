import { parseSpec, record } from "@bnas/search";
import { control } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import type { Stored } from "../../log/src/fact-log.js";
import { follow } from "../src/followed.js";

const opened: Stored = {
  ...record("s", { kind: "search.opened", spec: parseSpec({ preset: "smoke" }) }, "pruner", "2026-01-02T03:04:05.000Z"),
  sequence: 4,
};

describe("a search that is followed", () => {
  it("is read up to the last fact that came in its order, not up to one that was appended here", () => {
    const first = follow(undefined, "s", opened, true);
    expect(first.sequence).toBe(4);
    const ahead = follow(first, "s", { ...control(1), sequence: 9 }, true);
    expect(ahead).toMatchObject({ sequence: 4, search: { paused: true } });
    expect(follow(ahead, "s", { ...control(1), sequence: 9 })).toMatchObject({ sequence: 9, search: { paused: true } });
  });
});
