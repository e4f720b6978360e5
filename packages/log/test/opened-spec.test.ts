import { parseSpec, record } from "@bnas/search";
import { control } from "@bnas/testing";
import { expect, it } from "vitest";
import { MemoryLog } from "../src/memory-log.js";
import { openedSpec } from "../src/opened-spec.js";

const time = "2026-01-02T03:04:05.000Z";

it("gives the spec that a search was opened with, and of a search that was not opened says so by its id", async () => {
  const log = new MemoryLog();
  const spec = parseSpec({ dataset: "shapes:" });
  await log.append(control(1, "search.paused", "other"));
  await log.append(record("s", { kind: "search.opened", spec }, "pruner", time));
  expect(await openedSpec(log, "s")).toEqual(spec);
  await expect(openedSpec(log, "other")).rejects.toMatchObject({
    code: "INVALID_INPUT",
    path: ["search_id"],
    value: "other",
  });
});
