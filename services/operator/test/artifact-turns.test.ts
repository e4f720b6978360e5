import { fault } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { ArtifactTurns } from "../src/see/artifact-turns.js";

const LISTED = [{ name: "report.html", bytes: 7, sha256: "a".repeat(64) }];

/** Turns at a time that the test moves, of a mesh that answers as `answer` says; and who was asked. */
const turnsOf = (answer: (searchId: string) => void = () => {}) => {
  const asked: string[] = [];
  const time = { now: 1_000_000 };
  const artifacts = async (searchId: string) => {
    asked.push(searchId);
    answer(searchId);
    return LISTED;
  };
  return { turns: new ArtifactTurns({ artifacts }, () => time.now), asked, time };
};

describe("what searches leave", () => {
  it("is asked for at once of the first, and of others one every five seconds, in the order in which they ended", async () => {
    const { turns, asked, time } = turnsOf();
    expect(await turns.of("a")).toEqual({ kind: "listed", artifacts: LISTED });
    expect(await turns.of("b")).toEqual({ kind: "wait", milliseconds: 5000 });
    expect(await turns.of("c")).toEqual({ kind: "wait", milliseconds: 10_000 });
    time.now += 5000;
    expect(await turns.of("c")).toEqual({ kind: "wait", milliseconds: 5000 });
    expect(await turns.of("b")).toMatchObject({ kind: "listed" });
    expect(asked).toEqual(["a", "b"]);
  });

  it("is asked for again a minute after the mesh did not answer, five times at most", async () => {
    const { turns, asked, time } = turnsOf(() => {
      throw fault("UNAVAILABLE", "no dataset", "wait");
    });
    for (let tries = 0; tries < 4; tries++) {
      expect(await turns.of("a")).toEqual({ kind: "wait", milliseconds: 60_000 });
      time.now += 60_000;
    }
    expect(await turns.of("a")).toBeUndefined();
    time.now += 600_000;
    expect(await turns.of("a")).toBeUndefined();
    expect(asked).toHaveLength(5);
  });

  it("is not asked for again of a pruner that cannot list it, or of a search that is gone", async () => {
    for (const code of ["UNIMPLEMENTED", "NOT_FOUND"] as const) {
      const { turns, asked } = turnsOf(() => {
        throw fault(code, "no", "no");
      });
      expect(await turns.of("a")).toBeUndefined();
      expect(await turns.of("a")).toBeUndefined();
      expect(asked).toHaveLength(1);
    }
  });

  it("is not asked for twice at a time", async () => {
    const { turns, asked } = turnsOf();
    const both = await Promise.all([turns.of("a"), turns.of("a")]);
    expect(both.map((seen) => seen?.kind)).toEqual(["listed", "wait"]);
    expect(asked).toEqual(["a"]);
  });
});
