import { describe, expect, it } from "vitest";
import { plan } from "../src/plan/plan.js";
import { conditionOf, type SearchStatus } from "../src/status/architecture-search.js";
import { anObject, observed, progress, running, said, settings } from "./build-observed.js";

const seen = (quarantined: number, object = anObject(), change: object = {}) =>
  plan(observed({ object, mesh: running({ quarantined, ...change }) }), settings);

describe("the condition FactsReadable", () => {
  it("is not there while nothing was set aside", () => {
    expect(conditionOf(seen(0).status as SearchStatus, "FactsReadable")).toBeUndefined();
  });

  it("tells how many messages on the subjects of a search are no facts, while it lives and when it has ended", () => {
    expect(said(seen(1), "FactsReadable")).toMatchObject({
      status: "False",
      reason: "SetAside",
      message: expect.stringMatching(/^1 message on its subjects is no fact\. Next: bnas quarantine list/),
    });
    const ended = { state: "failed", message: "held", progress: progress({ jobsOpen: 0 }) };
    expect(said(seen(20_000, anObject(), ended), "FactsReadable").message).toMatch(/^20000 messages are no facts\./);
  });

  it("is true again when they are dropped", () => {
    const before = anObject({ status: seen(2).status as SearchStatus });
    expect(said(seen(0, before), "FactsReadable")).toMatchObject({ status: "True", reason: "AllRead" });
  });
});
