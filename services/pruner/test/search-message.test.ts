import { Quarantine } from "@bnas/log";
import { record } from "@bnas/search";
import { follow } from "@bnas/searches";
import { aSpec, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { getLedger } from "../src/usecases/architecture.js";
import { searchMessage } from "../src/usecases/search-message.js";
import { meshOf } from "./mesh.js";

const { facts, search } = simulate(aSpec(), { seed: 8, accuracy: () => 1 });
const opened = {
  ...record("a", { kind: "search.opened", spec: aSpec() }, "pruner", "2026-01-02T03:04:05.000Z"),
  sequence: 1,
};
const followed = { ...follow(undefined, "a", opened), search, ended: "2026-01-02T04:04:05.000Z" };
const nothingAside = { quarantine: new Quarantine() };

describe("a search as the API shows it", () => {
  it("has its verdict when it has ended: the kind of the gravest finding, and each in sentences", () => {
    const { verdict } = searchMessage("a", followed, nothingAside);
    expect(verdict?.kind).toBe("decided-by-ties");
    expect(verdict?.findings.map(({ kind }) => kind)).toEqual(["decided-by-ties", "not-distinguishable"]);
    for (const { seen, means, next } of verdict?.findings ?? []) {
      for (const sentence of [seen, means, next]) expect(sentence).toMatch(/^\S.*\.$/);
    }
  });

  it("has none while it continues", () => {
    const { verdict } = searchMessage(
      "a",
      { ...followed, search: { ...search, ended: undefined }, ended: undefined },
      nothingAside,
    );
    expect(verdict).toBeUndefined();
  });
});

describe("a ledger as the API shows it", () => {
  it("says of every abandonment how sure it is", async () => {
    const { searches } = await meshOf({ a: facts });
    const { rounds } = await getLedger(searches, "a");
    expect(rounds.map(({ edges }) => edges.length)).toEqual(Array(7).fill(28));
    // All tie: each candidate is as likely to go.
    for (const { round, edges } of rounds) {
      for (const { sure } of edges) expect(sure).toBeCloseTo(1 / (9 - round), 12);
    }
  });
});
