import { fault, invalidInput } from "@bnas/errors";
import { MemoryLog } from "@bnas/log";
import { trained } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { createLogger } from "../../telemetry/src/logging.js";
import { failSearch } from "../src/fail-search.js";

const open = () => {
  const lines: Record<string, unknown>[] = [];
  const to = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger({ name: "evaluator", level: "info", to });
  return { log: new MemoryLog(), clock: () => new Date("2026-01-02T03:04:05.000Z"), logger, lines };
};

describe("a search of which a job cannot be done", () => {
  it("ends by a fact that names the job, why it failed and what to do, in the words of the error", async () => {
    const mesh = open();
    const { stored } = await mesh.log.append(trained(3));
    await failSearch(mesh, "evaluator", stored, fault("BLOB_MISSING", "Blob ab12 is missing", "Restore it."));
    expect(await mesh.log.read("bnas.search.s.failed")).toMatchObject([
      {
        writer: "evaluator",
        time: "2026-01-02T03:04:05.000Z",
        fact: { kind: "search.failed", reason: `${stored.subject}: Blob ab12 is missing`, hint: "Restore it." },
      },
    ]);
  });

  it("has the hint of an error about a value once", async () => {
    const mesh = open();
    const { stored } = await mesh.log.append(trained(3));
    await failSearch(mesh, "trainer", stored, invalidInput("spec.seed", 1, "another", "Take 2."));
    const [failed] = await mesh.log.read("bnas.search.s.failed");
    const reason = `${stored.subject}: spec.seed: 1 is not allowed; it takes another`;
    expect(failed?.fact).toEqual({ kind: "search.failed", reason, hint: "Take 2." });
  });

  it.each([
    ["an error that is none of ours", new Error("broken"), "broken"],
    ["an error without a hint", fault("INTERNAL", "broken", ""), "broken"],
    ["what is no error", "broken", "broken"],
  ])("says where to look after %s", async (_, error, reason) => {
    const mesh = open();
    const { stored } = await mesh.log.append(trained(1));
    await failSearch(mesh, "trainer", stored, error);
    expect((await mesh.log.read("bnas.search.s.failed")).map(({ fact }) => fact)).toEqual([
      {
        kind: "search.failed",
        reason: `${stored.subject}: ${reason}`,
        hint: "see the log of the trainer; fix the cause and search again",
      },
    ]);
  });

  it("is in the log of the process, with the error", async () => {
    const mesh = open();
    const { stored } = await mesh.log.append(trained(1));
    await failSearch(mesh, "evaluator", stored, new Error("broken"));
    expect(mesh.lines).toMatchObject([
      {
        level: "error",
        event: "the job cannot be done",
        search: "s",
        subject: stored.subject,
        err: { message: "broken" },
      },
    ]);
  });
});
