import { control, evaluated, trained } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { noteRecords } from "../../telemetry/test/noting-recorder.js";
import { MemoryLog } from "../src/memory-log.js";
import { TracedLog } from "../src/traced-log.js";

const { spans, counts, recorder } = noteRecords();

describe("a traced log", () => {
  it("records a span and a count for every fact: which one it is, and whether it was the first", async () => {
    const log = new TracedLog(new MemoryLog(), recorder);
    await log.append(control(7));
    await log.append(control(7));
    const place = { "bnas.fact.kind": "search.paused", "bnas.search": "s", "bnas.control": 7 };
    expect(spans).toEqual([
      {
        name: "append fact",
        attributes: { ...place, "bnas.fact.duplicate": false, "bnas.fact.sequence": 1 },
        ended: true,
      },
      {
        name: "append fact",
        attributes: { ...place, "bnas.fact.duplicate": true, "bnas.fact.sequence": 1 },
        ended: true,
      },
    ]);
    expect(counts).toEqual([
      ["bnas.facts", 1, { "bnas.fact.kind": "search.paused", "bnas.fact.duplicate": false }],
      ["bnas.facts", 1, { "bnas.fact.kind": "search.paused", "bnas.fact.duplicate": true }],
    ]);
  });

  it("counts the images of a job by its kind, once, and none of a fact that is of no job", async () => {
    const log = new TracedLog(new MemoryLog(), recorder);
    await log.append(trained(1));
    await log.append(trained(1));
    await log.append(evaluated(1));
    await log.append(control(1));
    expect(counts.filter(([name]) => name === "bnas.images")).toEqual([
      ["bnas.images", 8, { "bnas.job.kind": "train sample" }],
      ["bnas.images", 8, { "bnas.job.kind": "evaluate sample" }],
    ]);
  });

  it("says what failed, and passes the error on", async () => {
    const log = new TracedLog(new MemoryLog(), recorder);
    await log.close();
    await expect(log.append(control(1))).rejects.toMatchObject({ code: "LOG_CLOSED" });
    expect(spans).toMatchObject([{ failed: "LOG_CLOSED" }]);
    expect(counts).toEqual([]);
  });

  it("is else the log that it records", async () => {
    const log = new TracedLog(new MemoryLog(), recorder);
    await log.append(control(1));
    const { stored } = await log.append(control(2));
    expect(await log.read(">", 1)).toEqual([stored]);
    expect(await log.last()).toBe(2);
    for await (const watched of log.watch(">", { after: 1, signal: new AbortController().signal })) {
      expect(watched).toEqual(stored);
      break;
    }
    await expect(log.remove(stored)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});
