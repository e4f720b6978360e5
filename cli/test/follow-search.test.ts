import { fault, hasCode } from "@bnas/errors";
import type { WatchSearchResponse } from "@bnas/proto";
import { type Fact, record } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { followSearch } from "../src/reach/follow-search.js";

/** Pauses and resumes, as many as are asked for, and then the end. */
const answers = (count: number): WatchSearchResponse[] => {
  const facts = Array.from({ length: count }, (_, control): Fact => ({ kind: "search.paused", control: control + 1 }));
  return [...facts, { kind: "search.cancelled", reason: "enough" } as const].map((fact, index) => {
    const recorded = record("one", fact, "pruner", "2026-01-01T00:00:00.000Z");
    return { sequence: 2 * index + 1, subject: recorded.subject, factJson: JSON.stringify(recorded) };
  });
};

/** Gives what comes after the sequence that is asked for, and breaks off after so many, a number a watch. */
const breaking = (all: readonly WatchSearchResponse[], breaks: readonly number[]) => {
  const left = [...breaks];
  return {
    async *watchSearch({ afterSequence = 0 }: { afterSequence?: number }) {
      const most = left.shift();
      const rest = all.filter(({ sequence }) => sequence > afterSequence);
      yield* most === undefined ? rest : rest.slice(0, most);
      if (most !== undefined) throw fault("UNAVAILABLE", "it is gone", "");
    },
  };
};

describe("following a search", () => {
  it("gives every fact once and in order, wherever the stream breaks off", () =>
    fc.assert(
      fc.asyncProperty(fc.nat(20), fc.array(fc.nat(3), { maxLength: 8 }), async (count, breaks) => {
        const all = answers(count);
        // A break after the last fact is none: who has the end watches no more.
        const client = breaking(all, breaks);
        const seen: number[] = [];
        const attempts: number[] = [];
        const end = await followSearch(client, "one", {
          signal: new AbortController().signal,
          onFact: (_, sequence) => seen.push(sequence),
          lost: async (error, attempt) => {
            if (!hasCode(error, "UNAVAILABLE")) throw error;
            attempts.push(attempt);
            return client;
          },
        });
        expect(end).toEqual({ kind: "search.cancelled", reason: "enough" });
        expect(seen).toEqual(all.map(({ sequence }) => sequence));
        // An attempt that brought a fact restarts the count.
        let fruitless = 0;
        const expected = attempts.map((_, index) => {
          fruitless = breaks[index] === 0 ? fruitless + 1 : 1;
          return fruitless;
        });
        expect(attempts).toEqual(expected);
      }),
    ));

  it("throws what broke the stream where no one says how to continue", async () => {
    const following = followSearch(breaking(answers(3), [2]), "one", {
      signal: new AbortController().signal,
      onFact: () => {},
    });
    await expect(following).rejects.toThrow("it is gone");
  });

  it("continues where a stream ends before the search does, without an error", async () => {
    const all = answers(3);
    let watches = 0;
    const client = {
      async *watchSearch({ afterSequence = 0 }: { afterSequence?: number }) {
        watches += 1;
        yield* all.filter(({ sequence }) => sequence > afterSequence).slice(0, 2);
      },
    };
    const end = await followSearch(client, "one", {
      signal: new AbortController().signal,
      onFact: () => {},
      lost: async () => client,
    });
    expect([end?.kind, watches]).toEqual(["search.cancelled", 2]);
  });

  it("ends without an end when it is stopped", async () => {
    const stopping = new AbortController();
    const seen: number[] = [];
    const end = await followSearch(breaking(answers(9), [4]), "one", {
      signal: stopping.signal,
      onFact: (_, sequence) => {
        seen.push(sequence);
        if (seen.length === 4) stopping.abort();
      },
    });
    expect(end).toBeUndefined();
  });
});
