import { parseSpec, replay, stream } from "@bnas/search";
import { cancelled, control, runSearch } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Stored } from "../../log/src/fact-log.js";
import { factsFileText, parseFactsFile } from "../../log/src/facts-file.js";
import { MemoryLog } from "../../log/src/memory-log.js";
import { MemoryStore } from "../../store/src/memory-store.js";
import { restoreFacts } from "../src/restore-facts.js";

const whole = await (
  await runSearch(parseSpec({ preset: "smoke", parallel: 2 }), new MemoryStore(), stream(3, "order"))
).read(">");
const logWith = async (facts: readonly Stored[]): Promise<MemoryLog> => {
  const log = new MemoryLog();
  for (const stored of facts) await log.append(stored);
  return log;
};
const replayed = async (log: MemoryLog) =>
  replay(
    "s",
    (await log.read(">")).map(({ fact }) => fact),
  );
const later = "2026-06-07T08:09:10.000Z";

describe("restoring facts", () => {
  it("makes an empty log what the file says, and a second time changes nothing", async () => {
    const { facts } = parseFactsFile(factsFileText(whole), "facts.jsonl");
    const log = new MemoryLog();
    expect(await restoreFacts(log, facts, "facts.jsonl")).toEqual([
      { searchId: "s", restored: whole.length, present: 0 },
    ]);
    expect(await log.read(">")).toEqual(whole);
    expect((await replayed(log)).search.ended?.kind).toBe("search.finished");
    expect(await restoreFacts(log, facts, "facts.jsonl")).toEqual([
      { searchId: "s", restored: 0, present: whole.length },
    ]);
    expect(await log.read(">")).toEqual(whole);
  });

  it("completes a log that has lost its end, wherever that was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (kept) => {
        const log = await logWith(whole.slice(0, kept));
        await restoreFacts(log, whole, "facts.jsonl");
        expect(await log.read(">")).toEqual(whole);
      }),
      { numRuns: 10 },
    );
  });

  it("keeps the log's own of two facts that differ in times alone, as when services continued after a loss", async () => {
    const slower = whole.slice(0, 12).map((stored) => ({
      ...stored,
      time: later,
      fact: "seconds" in stored.fact ? { ...stored.fact, seconds: 9 } : stored.fact,
    }));
    const log = await logWith(slower);
    await restoreFacts(log, whole, "facts.jsonl");
    expect((await log.read(">")).slice(0, 12)).toEqual(slower);
    expect((await replayed(log)).search.ended).toEqual(
      replay(
        "s",
        whole.map(({ fact }) => fact),
      ).search.ended,
    );
  });

  it("restores nothing into a log that has gone further", async () => {
    const log = await logWith(whole);
    expect(await restoreFacts(log, whole.slice(0, 20), "facts.jsonl")).toEqual([
      { searchId: "s", restored: 0, present: 20 },
    ]);
    expect(await log.read(">")).toEqual(whole);
  });

  it("refuses a log with another fact on a subject, names the subject and the field, and appends nothing", async () => {
    const place = whole.findIndex(({ fact }) => fact.kind === "sample.evaluated");
    const other = whole.slice(0, place + 1).map((stored) => {
      const { fact } = stored;
      return fact.kind === "sample.evaluated"
        ? { ...stored, fact: { ...fact, correct: fact.correct === 0 ? 1 : 0 } }
        : stored;
    });
    const log = await logWith(other);
    const restoring = restoreFacts(log, whole, "facts.jsonl");
    await expect(restoring).rejects.toMatchObject({
      code: "INVALID_INPUT",
      field: `facts.jsonl: ${whole[place]?.subject}.correct`,
    });
    expect(await log.read(">")).toEqual(other);
  });

  it("appends nothing of any search when one of them is refused", async () => {
    const log = await logWith([]);
    await log.append(control(1, "search.paused", "t"));
    const mixed = [...whole, { ...control(1, "search.resumed", "t"), sequence: 99 }];
    await expect(restoreFacts(log, mixed, "facts.jsonl")).rejects.toThrow("bnas.search.t.control.1");
    expect(await log.read("bnas.search.s.>")).toEqual([]);
  });

  it("refuses a log that lacks facts before those that it has: what comes too late would count for nothing", async () => {
    const opened = whole.findIndex(({ fact }) => fact.kind === "round.opened");
    for (const held of [whole.slice(1), [...whole.slice(0, opened), ...whole.slice(opened + 1, opened + 6)]]) {
      const log = await logWith(held);
      await expect(restoreFacts(log, whole, "facts.jsonl")).rejects.toThrow("Restore into an empty log");
      expect(await log.read(">")).toHaveLength(held.length);
    }
    const ended = await logWith(whole.slice(0, 10));
    await ended.append(cancelled());
    await expect(restoreFacts(ended, whole, "facts.jsonl")).rejects.toThrow("Restore into an empty log");
  });

  it("refuses facts that do not follow from each other, as where a line was taken out", async () => {
    const trained = whole.findIndex(({ fact }) => fact.kind === "sample.trained");
    const log = new MemoryLog();
    const restoring = restoreFacts(log, whole.toSpliced(trained, 1), "facts.jsonl");
    await expect(restoring).rejects.toThrow(expect.objectContaining({ code: "FACTS_DAMAGED" }));
    await expect(restoring).rejects.toThrow("facts.jsonl");
    expect(await log.read(">")).toEqual([]);
  });

  it("restores several searches of one file", async () => {
    const log = new MemoryLog();
    const others = whole.map((stored) => ({ ...stored, subject: stored.subject.replace(".s.", ".other.") }));
    const restored = await restoreFacts(
      log,
      whole.flatMap((stored, i) => [stored, others[i] ?? stored]),
      "facts.jsonl",
    );
    expect(restored).toEqual(["s", "other"].map((searchId) => ({ searchId, restored: whole.length, present: 0 })));
  });
});

describe("the text of a file of facts", () => {
  it("is read back as it was", () => {
    const read = parseFactsFile(factsFileText(whole), "facts.jsonl");
    expect(read).toMatchObject({ facts: whole, tornTail: false });
    expect(factsFileText(read.facts)).toBe(factsFileText(whole));
  });

  it("is refused when a byte of it was changed", () => {
    const text = factsFileText(whole);
    const at = text.indexOf('"seed":') + 7;
    expect(() => parseFactsFile(`${text.slice(0, at)}9${text.slice(at + 1)}`, "facts.jsonl")).toThrow("line 1");
  });
});
