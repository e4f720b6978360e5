import { isBnasError } from "@bnas/errors";
import { record } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { cancelSearch, pauseSearch, resumeSearch } from "../src/usecases/control-search.js";
import { meshOf, opened } from "./mesh.js";

const paused = { kind: "search.paused", control: 1 } as const;
const cancelled = { kind: "search.cancelled", reason: "enough" } as const;

describe("a search that has ended", () => {
  it("is neither paused nor resumed, whether or not it was paused before", async () => {
    const mesh = await meshOf({ gone: [opened, cancelled], stopped: [opened, paused, cancelled] });
    for (const searchId of ["gone", "stopped"]) {
      for (const change of [pauseSearch, resumeSearch]) {
        const error = await change(mesh, searchId).catch((thrown: unknown) => thrown);
        expect(error).toSatisfy(isBnasError);
        expect(error).toMatchObject({
          code: "FAILED_PRECONDITION",
          message: expect.stringContaining("cancelled"),
        });
      }
    }
    expect(await mesh.log.read("bnas.search.>")).toHaveLength(5);
  });

  it("may be cancelled again, which changes nothing", async () => {
    const mesh = await meshOf({ gone: [opened, cancelled] });
    expect((await cancelSearch(mesh, "gone", "again")).search.ended).toEqual(cancelled);
    expect(await mesh.log.read("bnas.search.>")).toHaveLength(2);
  });
});

describe("a search that runs", () => {
  it("is paused and resumed as often as asked, by one fact each", async () => {
    const mesh = await meshOf({ s: [opened] });
    for (const change of [pauseSearch, pauseSearch, resumeSearch, resumeSearch, pauseSearch]) await change(mesh, "s");
    const kinds = (await mesh.log.read("bnas.search.>")).map(({ fact }) => fact.kind);
    expect(kinds).toEqual(["search.opened", "search.paused", "search.resumed", "search.paused"]);
  });

  it("is resumed by a pruner that has not read yet that another has paused it, and the other way round", async () => {
    const mesh = await meshOf({ s: [opened] });
    await mesh.log.append(record("s", paused, "pruner", mesh.clock().toISOString()));
    await resumeSearch(mesh, "s");
    expect((await mesh.log.read("bnas.search.s.control.*")).map(({ fact }) => fact.kind)).toEqual([
      "search.paused",
      "search.resumed",
    ]);
    await mesh.log.append(record("s", { ...paused, control: 3 }, "pruner", mesh.clock().toISOString()));
    await mesh.log.append(record("s", { kind: "search.resumed", control: 4 }, "pruner", mesh.clock().toISOString()));
    await pauseSearch(mesh, "s");
    expect((await mesh.log.read("bnas.search.s.control.5")).map(({ fact }) => fact.kind)).toEqual(["search.paused"]);
  });

  it("is neither paused nor resumed by a pruner that has not read yet that it has ended", async () => {
    const mesh = await meshOf({ s: [opened] });
    const ended = { kind: "search.cancelled", reason: "enough" } as const;
    await mesh.log.append(record("s", ended, "pruner", mesh.clock().toISOString()));
    for (const control of [pauseSearch, resumeSearch]) {
      await expect(control(mesh, "s")).rejects.toMatchObject({ code: "FAILED_PRECONDITION" });
    }
    expect(await mesh.log.read("bnas.search.s.control.*")).toEqual([]);
  });

  it("is cancelled for a reason of 1000 characters and no more, for it stays in the facts", async () => {
    const mesh = await meshOf({ s: [opened] });
    const error = await cancelSearch(mesh, "s", "r".repeat(1001)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "INVALID_INPUT" });
    expect(error).toMatchObject({ field: "reason" });
    expect(await mesh.log.read("bnas.search.>")).toHaveLength(1);
    const reason = "r".repeat(1000);
    expect((await cancelSearch(mesh, "s", reason)).search.ended).toEqual({ kind: "search.cancelled", reason });
  });
});
